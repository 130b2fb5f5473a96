"""Training tables by the rows that a batch touches.

There is no `adam.py`: the rules are those of Keras's own optimizers, run on views of
rows (`row_view.py`); `checks.py` lists which may.
"""

from hotrow.optimizers.row_sparse import RowSparse
from hotrow.optimizers.row_wise_adagrad import RowWiseAdagrad

__all__ = ["RowSparse", "RowWiseAdagrad"]
