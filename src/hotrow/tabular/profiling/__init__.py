"""What a table holds, found in one pass over it."""
