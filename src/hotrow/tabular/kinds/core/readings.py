"""Readings of a column's values as numbers, as dates, as times and amounts."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.names import is_of_births
from hotrow.tabular.values.dates.detect import DateReading, find_dates
from hotrow.tabular.values.dates.loose import dates_within
from hotrow.tabular.values.numbers.clock_format import find_clock
from hotrow.tabular.values.numbers.compound_format import find_compound
from hotrow.tabular.values.numbers.coordinate_format import find_coordinates
from hotrow.tabular.values.numbers.detect import Reading, find_numbers
from hotrow_common.arrow import pa, pc


def is_typed(known: Evidence) -> bool:
    """Returns whether values were numbers before they became text."""
    type_, types = known.type, pa.types
    if types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(
        types.is_integer(type_)
        or types.is_floating(type_)
        or types.is_decimal(type_)
        or types.is_duration(type_)
    )


def read_as_numbers(known: Evidence, context: Context) -> Reading | None:
    """Returns the way in which most values can be read as numbers, or None."""
    return find_numbers(known.tokens, known.counts, context.hints, is_typed(known))


def read_as_dates(
    known: Evidence, context: Context, more: tuple[str, ...] = ()
) -> DateReading | None:
    """Returns the way in which most values can be read as dates, or None."""
    return find_dates(
        known.tokens,
        known.counts,
        order=context.dates,
        of_table=context.dates_of_table,
        delimiter=context.hints.delimiter,
        is_birth=is_of_births(known.name),
        more=more,
    )


def read_loosely(known: Evidence, context: Context) -> DateReading | None:
    """Returns the way in which most dates within the values are written, or None."""
    dates = dates_within(known.tokens)
    rows = np.flatnonzero(dates.is_valid().to_numpy(zero_copy_only=False))
    if not rows.size:
        return None
    found = find_dates(
        dates.drop_null(),
        known.counts[rows],
        order=context.dates,
        of_table=context.dates_of_table,
        delimiter=context.hints.delimiter,
        is_birth=is_of_births(known.name),
    )
    if found is None:
        return None
    form = replace(found.format, loose=True)
    good = ~np.isnat(form.read(known.tokens))
    none = np.zeros(len(good), bool)
    return DateReading(form, good, none, known.share(good), found.doubt)


def have_digits(known: Evidence) -> bool:
    """Returns whether half of the values have a digit, looking at some of them."""
    some = known.tokens[:2000]
    having = pc.match_substring_regex(some, "[0-9]").to_numpy(zero_copy_only=False)
    weights = known.counts[: len(some)]
    return bool(weights[having].sum() >= 0.5 * weights.sum())


def amounts_of(known: Evidence) -> Iterator[tuple[Any, np.ndarray]]:
    """Yields formats of times, degrees and amounts in several units.

    With each, it yields which of the values are written so.
    """
    yield find_clock(known.tokens, known.counts)
    coordinates = find_coordinates(known.tokens, known.counts)
    if coordinates is not None:
        yield coordinates
    compound = find_compound(known.tokens, known.counts)
    if compound is not None:
        yield compound
