"""Kinds of columns that the user gives, in place of those that values say."""

from collections.abc import Mapping
from dataclasses import replace

from hotrow.tabular.choices import closest
from hotrow.tabular.errors import TableError
from hotrow.tabular.kinds import KINDS, find_kind
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import Found, with_missing
from hotrow.tabular.reading.table import Table
from hotrow.tabular.values.values import is_list, is_nested


def check_kinds(table: Table, kinds: Mapping[str, str], target: str) -> None:
    """Raises `TableError` if a column or a kind is not known."""
    for name, kind in kinds.items():
        table.require(name)
        if name == target:
            raise TableError(
                f"{name!r} is the target: its values are what there is to predict. "
                "It cannot be left out or have a kind. Choose a task (binary, "
                "multiclass, regression) with `task`, or another target."
            )
        if kind not in KINDS:
            raise TableError(
                f"There is no kind {kind!r} for the column {name!r}."
                f"{closest(kind, list(KINDS))}"
            )


def forced_kind(known: Evidence, name: str, context: Context | None = None) -> Found:
    """Returns the kind that the user gives, or raises `TableError`.

    Args:
        known: What is known of the column.
        name: Name of the kind.
        context: What is known beside its values.
    """
    kind = KINDS[name]
    context = Context() if context is None else context
    if not kind.is_used:
        return kind.as_given(known, context)
    if known.missing == known.rows:
        raise TableError(
            f"The column {known.name!r} cannot be {name}: no row has a value. Leave it "
            "out."
        )
    if is_nested(known.type) or (is_list(known.type) and not kind.allows_lists):
        raise TableError(
            f"The column {known.name!r} cannot be {name}: its values are of type "
            f"{known.type}. Make plain columns of it."
        )
    found = find_kind(known, context)
    if found.kind != name:
        found = with_missing(kind.as_given(known, context), known)
    return replace(found, marks=known.marks, warning=None)
