"""Columns without a value."""

from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import Found, absent_of
from hotrow.tabular.kinds.kind import LeftOutKind

_WHY = "no row has a value"


class Empty(LeftOutKind):
    """All values are missing."""

    name = "empty"
    meaning = "no value at all"

    def by_type(self, known: Evidence) -> Found | None:
        """Recognizes columns in which every value is missing."""
        return Found(self.name, _WHY) if known.missing == known.rows else None

    def by_text(self, known: Evidence) -> Found | None:
        """Recognizes columns with one value, which is a word for a missing one."""
        words = known.words()
        if len(words) != 1 or not words.all():
            return None
        return Found(self.name, _WHY, absent=absent_of(known, words))
