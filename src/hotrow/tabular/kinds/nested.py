"""Columns of structs and the like."""

from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import Found
from hotrow.tabular.kinds.kind import LeftOutKind
from hotrow.tabular.values.values import is_nested


class Nested(LeftOutKind):
    """Values are structs, maps or lists of lists."""

    name = "nested"
    meaning = "a structure of several values"

    def by_type(self, known: Evidence) -> Found | None:
        """Recognizes nested Arrow types, but for plain lists."""
        if not is_nested(known.type):
            return None
        return Found(
            self.name, f"values of type {known.type}: no model here reads them"
        )
