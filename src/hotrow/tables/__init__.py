"""Tables: what one is, how its rows are read, multiplied, initialized and decayed."""
