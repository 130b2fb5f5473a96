"""Dates out of text, in the ways that people write them."""
