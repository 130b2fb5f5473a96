"""Shared helpers: Arrow input, atomic files, progress, near names, arguments."""
