"""Validation of ids: dtypes, range, and the `out_of_range` policy."""
