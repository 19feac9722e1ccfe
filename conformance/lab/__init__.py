"""What the SUT supports, what the tests may use on it, and the states no request can bring about."""
