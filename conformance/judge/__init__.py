"""Recorded traffic judged without a PBX: any HAR passively, a run's own by its checks."""
