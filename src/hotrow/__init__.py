"""Hotrow: the categorical input stack that Keras 3 lacks."""

from hotrow.layers.embedding import Embedding
from hotrow.layers.one_hot import OneHot

__version__ = "0.1.0"

__all__ = ["Embedding", "OneHot", "__version__"]
