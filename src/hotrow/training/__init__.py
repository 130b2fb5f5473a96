"""Training tables by the rows that a batch touches."""

from hotrow.training.row_sparse import RowSparse
from hotrow.training.row_wise_adagrad import RowWiseAdagrad

__all__ = ["RowSparse", "RowWiseAdagrad"]
