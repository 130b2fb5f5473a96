"""Finds the kind of a column by its values.

Kinds are asked in the order of `registry.KINDS`, stage by stage; the first that
recognizes the column wins. The rules of each kind stand in its own file. Values that do
not fit the kind of their column count as missing there.

1. By the type in Arrow and the number of values (`Kind.by_type`).
2. By numbers (`Kind.by_numbers`), if 95 % of the values can be read as numbers, words
   for missing values apart, and are no names such as numbers of telephones.
3. By other formats (`Kind.by_format`), in place of stage 2, if half of the values have
   digits. Numbers but for one to three words are found here, too.
4. By text (`Kind.by_text`), for all else.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import MOST_FIT, Found, absent_of, with_missing
from hotrow.tabular.kinds.core.number_column import NumberColumn
from hotrow.tabular.kinds.core.readings import have_digits, read_as_numbers
from hotrow.tabular.kinds.kind import Kind
from hotrow.tabular.kinds.registry import KINDS
from hotrow.tabular.values.numbers.detect import Reading
from hotrow_common.arrow import pa, pc

# Numbers with so few other words, in so few rows, are numbers.
_MOST_WORDS = 3
_MOST_ROWS_OF_WORDS = 0.2


def find_kind(known: Evidence, context: Context | None = None) -> Found:
    """Returns the kind of a column by its values."""
    found = _find(known, Context() if context is None else context)
    return replace(with_missing(found, known), marks=known.marks)


def _find(known: Evidence, context: Context) -> Found:
    found = _first(lambda kind: kind.by_type(known))
    if found is not None:
        return found
    words = known.words()
    rest = known.without(words)
    if not len(rest.tokens):
        return _by_text(known)
    numbers = read_as_numbers(rest, context)
    if numbers is not None and numbers.share >= MOST_FIT:
        found = _by_numbers(rest, numbers, context)
    elif have_digits(rest):
        found = _first(lambda kind: kind.by_format(rest, context))
        found = found or _but_for_words(rest, numbers, context)
    if found is not None:
        return found.with_absent(absent_of(known, words))
    found = _by_text(known)
    return KINDS[found.kind].with_warning(known, found, numbers)


def _first(ask: Callable[[Kind], Found | None]) -> Found | None:
    """Returns what the first kind answers that recognizes a column, or None."""
    answers = (ask(kind) for kind in KINDS.values())
    return next((found for found in answers if found is not None), None)


def _by_numbers(known: Evidence, reading: Reading, context: Context) -> Found | None:
    numbers = NumberColumn(known, reading, context)
    if numbers.are_names():
        return None
    return _first(lambda kind: kind.by_numbers(numbers))


def _by_text(known: Evidence) -> Found:
    found = _first(lambda kind: kind.by_text(known))
    assert found is not None  # The last kind takes any text.
    return found


def _but_for_words(
    known: Evidence, numbers: Reading | None, context: Context
) -> Found | None:
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
    numbers = replace(numbers, good=np.ones(len(rest.tokens), bool))
    found = _by_numbers(rest, numbers, context)
    if found is None or not KINDS[found.kind].allows_words:
        return None
    doubt = (
        f"{known.name!r} is taken for numbers, and {known.named(bad)} for missing. If "
        f"they are values, pass {argument(kinds={known.name: 'categorical'})}"
    )
    return replace(found, absent=absent_of(known, bad), doubt=doubt)
