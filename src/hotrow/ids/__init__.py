"""Which inputs are ids, and what happens to those that are not."""
