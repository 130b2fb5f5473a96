"""Tables from tokens to their positions: which one is chosen stands in `table.py`."""
