"""The kind of a column, by its values: one file for each way to tell."""

from hotrow.tabular.profiling.kinds.context import Context
from hotrow.tabular.profiling.kinds.find import find_kind
from hotrow.tabular.profiling.kinds.found import LOOKED_UP, MOST_FIT, Found, unfit
from hotrow.tabular.profiling.kinds.strings import find_separator

__all__ = [
    "LOOKED_UP",
    "MOST_FIT",
    "Context",
    "Found",
    "find_kind",
    "find_separator",
    "unfit",
]
