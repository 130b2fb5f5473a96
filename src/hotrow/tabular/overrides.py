"""Kinds of columns that the user gives, in place of those that values say."""

from collections.abc import Mapping

import numpy as np

from hotrow.tabular.choices import closest
from hotrow.tabular.errors import TableError
from hotrow.tabular.evidence import Evidence
from hotrow.tabular.kinds import Found, find_kind, find_separator, unfit
from hotrow.tabular.read_dates import read_dates, ways_of
from hotrow.tabular.read_numbers import read_numbers
from hotrow.tabular.schema import KINDS, LEFT_OUT
from hotrow.tabular.table import Table
from hotrow.tabular.values import is_list, is_nested

# Fewer values than this that fit, and the kind cannot be meant.
_LEAST_FIT = 0.5

_SAID = "as you said"


def check_kinds(table: Table, kinds: Mapping[str, str], target: str) -> None:
    """Raises `TableError` if a column or a kind is not known."""
    for name, kind in kinds.items():
        table.require(name)
        if name == target:
            raise TableError(
                f"{name!r} is the target: its values are what there is to predict. "
                "Choose a task (binary, multiclass, regression) in place of a kind."
            )
        if kind not in KINDS + LEFT_OUT:
            raise TableError(
                f"There is no kind {kind!r} for the column {name!r}."
                f"{closest(kind, KINDS + LEFT_OUT)}"
            )


def forced_kind(known: Evidence, kind: str) -> Found:
    """Returns the kind that the user gives, or raises `TableError`."""
    if kind in LEFT_OUT:
        return Found(kind, f"left out, {_SAID}")
    if known.missing == known.rows:
        raise TableError(
            f"The column {known.name!r} cannot be {kind}: no row has a value. Leave it "
            "out."
        )
    found = find_kind(known)
    nested = is_nested(known.type) or (is_list(known.type) and kind != "multi")
    if nested:
        raise TableError(
            f"The column {known.name!r} cannot be {kind}: its values are of type "
            f"{known.type}. Make plain columns of it."
        )
    if found.kind == kind:
        return found
    if kind == "numeric":
        good = ~np.isnan(read_numbers(known.tokens))
        _check(known, good, "numeric", "a number")
        return Found(kind, _SAID + unfit(known, good, "no number"))
    if kind == "date":
        ways = (*ways_of(known.tokens), "digits")
        good = ~np.isnat(read_dates(known.tokens, ways))
        _check(known, good, "a date", "a date")
        return Found(kind, _SAID + unfit(known, good, "no date"), ways=ways)
    if kind == "multi":
        multi = find_separator(known, strict=False)
        if multi is None:
            raise TableError(
                f"The column {known.name!r} cannot be multi: no value has parts "
                "between |, ; or a comma. Leave it as it is, or make it text."
            )
        return Found(kind, _SAID, multi.separator)
    return Found(kind, _SAID)


def _check(
    known: Evidence,
    good: np.ndarray,
    kind: str,
    wanted: str,
) -> None:
    if known.share(good) >= _LEAST_FIT:
        return
    example, place = known.first_of(~good)
    raise TableError(
        f"The column {known.name!r} cannot be {kind}: {known.share(~good):.0%} of its "
        f"values are not {wanted}, such as {example[:40]!r} in {place}. Choose another "
        "kind, or mend the values."
    )
