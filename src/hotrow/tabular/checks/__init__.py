"""Checks of an encoded table for what makes a test say too much."""
