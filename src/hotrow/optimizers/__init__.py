"""Training tables by the rows that a batch touches."""

from hotrow.optimizers.row_sparse import RowSparse
from hotrow.optimizers.row_wise_adagrad import RowWiseAdagrad

__all__ = ["RowSparse", "RowWiseAdagrad"]
