"""Tables: files and frames, read batch by batch."""
