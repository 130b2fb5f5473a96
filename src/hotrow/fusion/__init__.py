"""Models on one-hot vectors, run without the zeros."""

from hotrow.fusion.fuse import fuse

__all__ = ["fuse"]
