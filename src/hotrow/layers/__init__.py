"""Keras layers that take ids and give vectors, and those that give the ids."""

from hotrow.layers.embedding import Embedding
from hotrow.layers.lookup import Lookup
from hotrow.layers.one_hot import OneHot
from hotrow.layers.reversible_embedding import ReversibleEmbedding

__all__ = ["Embedding", "Lookup", "OneHot", "ReversibleEmbedding"]
