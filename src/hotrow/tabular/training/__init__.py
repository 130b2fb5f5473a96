"""Encoded rows, and the loop that trains on them."""
