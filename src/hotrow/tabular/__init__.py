"""From a table to a trained model: `hotrow.tabular.fit`."""

from hotrow.tabular.errors import TableError
from hotrow.tabular.fit import fit
from hotrow.tabular.report.report import write_report
from hotrow.tabular.results import Results, Score, Vectors
from hotrow.tabular.run_error import RunError
from hotrow.tabular.runs.run import Run
from hotrow.tabular.table_model import TableModel

__all__ = [
    "Results",
    "Run",
    "RunError",
    "Score",
    "TableError",
    "TableModel",
    "Vectors",
    "fit",
    "write_report",
]
