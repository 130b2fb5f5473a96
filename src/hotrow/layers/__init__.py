"""Keras layers that take ids and give vectors."""

from hotrow.layers.embedding import Embedding
from hotrow.layers.one_hot import OneHot

__all__ = ["Embedding", "OneHot"]
