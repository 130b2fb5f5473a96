"""Kinds of columns that the user gives, in place of those that values say."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hotrow.tabular.choices import closest
from hotrow.tabular.errors import TableError
from hotrow.tabular.profiling.evidence import Evidence
from hotrow.tabular.profiling.kinds import (
    MOST_FIT,
    Context,
    Found,
    find_kind,
    find_separator,
    unfit,
)
from hotrow.tabular.profiling.kinds.find import (
    amounts_of,
    date_found,
    read_as_dates,
    read_as_numbers,
)
from hotrow.tabular.profiling.kinds.found import absent_of, with_missing
from hotrow.tabular.reading.table import Table
from hotrow.tabular.schema import KINDS, LEFT_OUT
from hotrow.tabular.values.numbers.number_format import NumberFormat
from hotrow.tabular.values.values import is_list, is_nested

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


def forced_kind(known: Evidence, kind: str, context: Context | None = None) -> Found:
    """Returns the kind that the user gives, or raises `TableError`."""
    if kind in LEFT_OUT:
        return Found(kind, f"left out, {_SAID}")
    if known.missing == known.rows:
        raise TableError(
            f"The column {known.name!r} cannot be {kind}: no row has a value. Leave it "
            "out."
        )
    nested = is_nested(known.type) or (is_list(known.type) and kind != "multi")
    if nested:
        raise TableError(
            f"The column {known.name!r} cannot be {kind}: its values are of type "
            f"{known.type}. Make plain columns of it."
        )
    context = Context() if context is None else context
    found = find_kind(known, context)
    if found.kind != kind:
        found = _forced(known, kind, context)
        found = with_missing(found, known)
    return replace(found, marks=known.marks, warning=None)


def _forced(known: Evidence, kind: str, context: Context) -> Found:
    words = known.words()
    rest = known.without(words) if not words.all() else known
    if kind == "numeric":
        found = _numbers(rest, context)
    elif kind == "date":
        found = _dates(rest, context)
    elif kind == "multi":
        multi = find_separator(known, strict=False)
        if multi is None:
            raise TableError(
                f"The column {known.name!r} cannot be multi: no value has parts "
                "between |, ; or a comma. Leave it as it is, or make it text."
            )
        return Found(kind, _SAID, multi.separator)
    elif kind == "categorical":
        return Found(kind, _SAID)
    else:
        found = Found(kind, _SAID)
    return replace(found, absent=(*absent_of(known, words), *found.absent))


def _numbers(known: Evidence, context: Context) -> Found:
    """Returns numbers, with any text around them if they must have some."""
    reading = read_as_numbers(known, context)
    forms = [form for form, _ in amounts_of(known)]
    if reading is not None:
        forms.insert(0, reading.format)
        if reading.share < MOST_FIT:
            # Of several units, all numbers count as they stand.
            plain = replace(reading.format, plain=False, loose=True)
            forms.append(plain)
    forms.append(NumberFormat(plain=False, loose=True))
    good = [~np.isnan(form.read(known.tokens)) for form in forms]
    best = int(np.argmax([known.share(one) for one in good]))
    _check(known, good[best], "numeric", "a number")
    why = f"{_SAID}: {forms[best].words()}"
    if getattr(forms[best], "loose", False):
        why += ", whatever stands beside them"
    return Found(
        "numeric", why + unfit(known, good[best], "no number"), format=forms[best]
    )


def _dates(known: Evidence, context: Context) -> Found:
    ways: list[tuple[str, ...]] = [(), ("digits",), ("long digits",), ("unix",)]
    readings = [read_as_dates(known, context, way) for way in (*ways, ("excel",))]
    found = [one for one in readings if one is not None]
    if not found:
        _check(known, np.zeros(len(known.tokens), bool), "a date", "a date")
    best = max(found, key=lambda one: one.share)
    _check(known, best.good | best.none, "a date", "a date")
    return date_found(known, best, f"{_SAID}: {best.format.words()}")


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
