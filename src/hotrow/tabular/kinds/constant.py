"""Columns with the same value in every row."""

from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import Found
from hotrow.tabular.kinds.kind import LeftOutKind


class Constant(LeftOutKind):
    """All rows have the same value, and none is missing."""

    name = "constant"
    meaning = "the same value in every row"

    def by_type(self, known: Evidence) -> Found | None:
        """Recognizes columns with one value and no missing one."""
        if known.distinct != 1 or known.missing:
            return None
        return Found(self.name, "all rows have the same value")
