"""The kind of a column, by its values.

The rules, of which the first counts that holds:

- nested: values are structs or the like. No model here reads them.
- empty: all values are missing.
- multi: values are lists.
- constant: all rows have the same value, and none is missing.
- date: values are of a type of dates.
- numbers: 95 % of values can be read as numbers, words for missing values apart. They
  are
  - code: integers, 1 % of them with a leading zero; or at most 20 different ones, each
    in 20 rows on average, unless they are years, or more than ten that leave out less
    than half of their range; or named so (`zip`, `code`, `product_id`) and each in 2
    rows on average; or all of one number of digits, four or more, that leave out most
    of their range, are not round and recur in 5 rows on average.
  - identifier: integers, 20 or more, of which no two are equal, that count up by row or
    whose name says so (`id`, `number`).
  - date: eight digits, or seconds since 1970, in a column whose name says so.
  - numeric: all else.
- date: 95 % of values are written as dates, words for missing values apart.
- numeric: 95 % of values are times, or amounts in several units; or numbers but for one
  to three words.
- multi: `|` or `;` in 30 % of values, or `,` in 50 %, and the parts between them are
  short and recur.
- text: half of the values have three words or more and half of them differ; or they
  have ten words or more on average.
- identifier: 95 % of values differ.
- categorical: all else; booleans, too.

Values that do not fit the kind of their column count as missing there.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from hotrow.tabular.profiling.evidence import Evidence
from hotrow.tabular.profiling.kinds.context import Context
from hotrow.tabular.profiling.kinds.digits import number_kind
from hotrow.tabular.profiling.kinds.found import (
    MOST_FIT,
    Found,
    absent_of,
    unfit,
    with_missing,
)
from hotrow.tabular.profiling.kinds.looks import warned
from hotrow.tabular.profiling.kinds.names import is_of_births
from hotrow.tabular.profiling.kinds.strings import string_kind
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.dates.detect import DateReading, find_dates
from hotrow.tabular.values.numbers.clock_format import find_clock
from hotrow.tabular.values.numbers.compound_format import find_compound
from hotrow.tabular.values.numbers.detect import Reading, find_numbers
from hotrow.tabular.values.values import is_list, is_nested
from hotrow_common.arrow import pa, pc

# Numbers with so few other words, in so few rows, are numbers.
_MOST_WORDS = 3
_MOST_ROWS_OF_WORDS = 0.2


def find_kind(known: Evidence, context: Context | None = None) -> Found:
    """Returns the kind of a column by its values."""
    found = _find(known, Context() if context is None else context)
    return replace(with_missing(found, known), marks=known.marks)


def _find(known: Evidence, context: Context) -> Found:
    types = pa.types
    if is_nested(known.type):
        return Found("nested", f"values of type {known.type}: no model here reads them")
    if known.missing == known.rows:
        return Found("empty", "no row has a value")
    if is_list(known.type):
        return Found("multi", "values are lists")
    if known.distinct == 1 and not known.missing:
        return Found("constant", "all rows have the same value")
    if types.is_date(known.type) or types.is_timestamp(known.type):
        why = f"values are of type {known.type}"
        return Found("date", why, format=DateFormat())
    words = known.words()
    rest = known.without(words)
    if not len(rest.tokens):
        if len(known.tokens) == 1:
            return Found("empty", "no row has a value", absent=absent_of(known, words))
        return string_kind(known)
    numbers = read_as_numbers(rest, context)
    found = None
    if numbers is not None and numbers.share >= MOST_FIT:
        found = number_kind(rest, numbers)
    elif have_digits(rest):
        found = _date(rest, context) or _amount(rest)
        found = found or _but_for_words(rest, numbers)
    if found is None:
        return warned(known, string_kind(known), numbers)
    return replace(found, absent=(*absent_of(known, words), *found.absent))


def is_typed(known: Evidence) -> bool:
    """Returns whether values were numbers before they became text."""
    kind, types = known.type, pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_decimal(kind)
        or types.is_duration(kind)
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


def have_digits(known: Evidence) -> bool:
    """Returns whether half of the values have a digit, looking at some of them."""
    some = known.tokens[:2000]
    having = pc.match_substring_regex(some, "[0-9]").to_numpy(zero_copy_only=False)
    weights = known.counts[: len(some)]
    return bool(weights[having].sum() >= 0.5 * weights.sum())


def date_found(known: Evidence, reading: DateReading, why: str = "") -> Found:
    """Returns the kind of a column of dates."""
    rest = unfit(known, reading.good | reading.none, "no date")
    doubt = None
    if reading.doubt:
        doubt = (
            f"{known.name!r}: {reading.doubt}. If that is wrong, pass --dates "
            f"{known.name}={'dmy' if reading.format.order == 'mdy' else 'mdy'}"
        )
    return Found(
        "date",
        (why or reading.format.words()) + rest,
        format=reading.format,
        absent=absent_of(known, reading.none),
        doubt=doubt,
    )


def _date(known: Evidence, context: Context) -> Found | None:
    reading = read_as_dates(known, context)
    if reading is None or reading.share < MOST_FIT:
        return None
    return date_found(known, reading)


def amounts_of(known: Evidence) -> Iterator[tuple[Any, np.ndarray]]:
    """Yields formats of times and of amounts in several units, and what is in them."""
    yield find_clock(known.tokens, known.counts)
    compound = find_compound(known.tokens, known.counts)
    if compound is not None:
        yield compound


def _amount(known: Evidence) -> Found | None:
    """Returns the kind of times and of amounts in several units, or None."""
    for form, good in amounts_of(known):
        if known.share(good) >= MOST_FIT:
            why = form.words() + unfit(known, good, "no number")
            return Found("numeric", why, format=form)
    return None


def _but_for_words(known: Evidence, numbers: Reading | None) -> Found | None:
    """Returns the kind of numbers among which one to three words recur, or None."""
    if numbers is None or numbers.share < 1 - _MOST_ROWS_OF_WORDS:
        return None
    bad = ~numbers.good
    if not 1 <= bad.sum() <= _MOST_WORDS or not known.complete:
        return None
    if pc.any(
        pc.match_substring_regex(known.tokens.filter(pa.array(bad)), "[0-9]")
    ).as_py():
        return None
    rest = known.without(bad)
    if rest.distinct <= 20:
        return None
    found = number_kind(rest, replace(numbers, good=np.ones(len(rest.tokens), bool)))
    if found is None or found.kind != "numeric":
        return None
    doubt = (
        f"{known.name!r} is taken for numbers, and {known.named(bad)} for missing. If "
        f"they are values, pass --kind {known.name}=categorical"
    )
    return replace(found, absent=absent_of(known, bad), doubt=doubt)
