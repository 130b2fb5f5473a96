"""Hotrow: the categorical input stack that Keras 3 lacks."""

import importlib as _importlib
from typing import TYPE_CHECKING, Any

from hotrow import first_backend as _first_backend  # noqa: F401, ahead of Keras
from hotrow import saved_tables as _saved_tables  # noqa: F401, for loading
from hotrow.fusion.fuse import fuse
from hotrow.layers.embedding import Embedding
from hotrow.layers.lookup import Lookup
from hotrow.layers.one_hot import OneHot
from hotrow.layers.reversible_embedding import ReversibleEmbedding
from hotrow.models.raw_model import RawModel
from hotrow.optimizers.row_sparse import RowSparse
from hotrow.optimizers.row_wise_adagrad import RowWiseAdagrad
from hotrow_vocabulary.counting import count
from hotrow_vocabulary.file_format import VocabularyFileError
from hotrow_vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from hotrow import tabular as tabular

__version__ = "0.1.0"

__all__ = [
    "Embedding",
    "Lookup",
    "OneHot",
    "RawModel",
    "ReversibleEmbedding",
    "RowSparse",
    "RowWiseAdagrad",
    "Vocabulary",
    "VocabularyFileError",
    "__version__",
    "count",
    "fuse",
]


def __getattr__(name: str) -> Any:
    """Loads `hotrow.tabular` once it is asked for: few programs need it."""
    if name == "tabular":
        return _importlib.import_module("hotrow.tabular")
    raise AttributeError(f"module 'hotrow' has no attribute {name!r}")
