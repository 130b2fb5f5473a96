"""From a table to a trained model: `hotrow.tabular.fit`."""

from hotrow.tabular.fit import fit
from hotrow.tabular.runs.run import Run
from hotrow.tabular.table_model import TableModel

__all__ = ["Run", "TableModel", "fit"]
