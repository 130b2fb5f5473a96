"""Hints that columns of a table give each other: decimal marks, orders of dates."""

from collections.abc import Mapping
from dataclasses import replace

from hotrow.tabular.conventions import ALL, Conventions
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import MOST_FIT
from hotrow.tabular.kinds.core.readings import (
    have_digits,
    is_typed,
    read_as_dates,
    read_as_numbers,
)
from hotrow.tabular.values.numbers.detect import Hints
from hotrow.tabular.values.numbers.separators import vote
from hotrow.tabular.values.values import is_list, is_nested
from hotrow_common.arrow import pa, pc

# So many values of a column have a say.
_VALUES = 5000


def contexts_of(
    columns: Mapping[str, Evidence], conventions: Conventions, delimiter: str | None
) -> dict[str, Context]:
    """Returns what is known of each column beside its values.

    Args:
        columns: What is known of each column, the target included.
        conventions: How values are written, where the user says it.
        delimiter: What stands between the fields of the file.
    """
    contexts = {
        name: Context(
            Hints(
                decimal=conventions.decimal.get(name),
                thousands=conventions.thousands.get(name),
                usual_decimal=conventions.decimal.get(ALL),
                usual_thousands=conventions.thousands.get(ALL),
                delimiter=delimiter,
            ),
            dates=conventions.dates.get(name, conventions.dates.get(ALL)),
        )
        for name in columns
    }
    decimals, orders = [], []
    for name, known in columns.items():
        decimal, order = _says(known, contexts[name])
        decimals += [decimal] if decimal else []
        orders += [order] if order else []
    of_table = vote(decimals)
    dates = orders[0] if len(set(orders)) == 1 else None
    return {
        name: replace(
            context,
            hints=replace(context.hints, of_table=of_table),
            dates_of_table=dates,
        )
        for name, context in contexts.items()
    }


def _says(known: Evidence, context: Context) -> tuple[str | None, str | None]:
    """Returns the decimal mark and the order of dates that a column has for sure."""
    text = pa.types.is_string(known.type) or pa.types.is_large_string(known.type)
    if is_nested(known.type) or is_list(known.type) or is_typed(known) or not text:
        return None, None
    known = replace(
        known, tokens=known.tokens[:_VALUES], counts=known.counts[:_VALUES],
        first=known.first[:_VALUES],
    )  # fmt: skip
    marked = pc.any(pc.match_substring_regex(known.tokens, "[.,/-]")).as_py()
    if not marked or not have_digits(known):
        return None, None
    known = known.without(known.words())
    if not len(known.tokens):
        return None, None
    numbers = read_as_numbers(known, context)
    if numbers is not None and numbers.share >= MOST_FIT:
        form = numbers.format
        marks = pc.match_substring(known.tokens, form.decimal)
        sure = numbers.doubt is None and numbers.why is None
        return (form.decimal if sure and pc.any(marks).as_py() else None), None
    dates = read_as_dates(known, context)
    if dates is None or dates.share < MOST_FIT or dates.doubt:
        return None, None
    return None, dates.format.order
