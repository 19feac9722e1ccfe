"""What the SUT supports, what tests may use on it, and states no request can bring about."""
