"""Hotrow: the categorical input stack that Keras 3 lacks."""

from hotrow import first_backend as _first_backend  # noqa: F401, ahead of Keras
from hotrow import tabular as tabular
from hotrow.fusion.fuse import fuse
from hotrow.layers.embedding import Embedding
from hotrow.layers.lookup import Lookup
from hotrow.layers.one_hot import OneHot
from hotrow.layers.reversible_embedding import ReversibleEmbedding
from hotrow.models.raw_model import RawModel
from hotrow.optimizers.row_sparse import RowSparse
from hotrow.optimizers.row_wise_adagrad import RowWiseAdagrad
from hotrow.tabular import encoders as _encoders  # noqa: F401, registers them for loading
from hotrow_vocabulary.counting import count
from hotrow_vocabulary.vocabulary import Vocabulary

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
    "__version__",
    "count",
    "fuse",
]
