"""Columns that look like numbers or dates and are taken for neither."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import MOST_FIT, Found
from hotrow.tabular.values.characters import plain_characters
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.dates.detect import find_dates
from hotrow.tabular.values.dates.names import MONTHS, without_accents
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.number_format import NumberFormat
from hotrow_common.arrow import pa, pc

_HALF = 0.5
_MONEY = r"[$€£¥₹%] ?[0-9]|[0-9] ?[$€£¥₹%]"
# A number, perhaps a unit, and more in parentheses or after a plus and minus.
_NUMBER_FIRST = (
    r"^[^0-9A-Za-z]{0,3}[0-9][0-9.,' ]*[^0-9(\[±]{0,12}(?:[(\[±]|\+/-).*[0-9]"
)
_NO_YEAR = (
    r"^(?:[0-9]{1,2}[-. ]+(?P<after>[^-0-9\s.,/:']{3,12})"
    r"|(?P<ahead>[^-0-9\s.,/:']{3,12})[-. ]+[0-9]{1,2})\.?(?: [0-9:.]+)?$"
)
_RANGE = (
    r"^[^0-9A-Za-z.,-]{0,3}(?P<a>[0-9][0-9,]*(?:\.[0-9]+)?) ?[^0-9,./:\s-]{0,3} ?"
    r"(?:-|to|bis|à) ?[^0-9A-Za-z.,-]{0,3}(?P<b>[0-9][0-9,]*(?:\.[0-9]+)?)"
    r"[^0-9]{0,9}$"
)
# Fewer different months are hardly any.
_FEWEST = 6
_SAMPLE = 2000
# Of so many characters, a text is not a date with a few words.
_SHORT = 60
_LOOSE_DATES = [DateFormat(order=order, loose=True) for order in ("dmy", "mdy")]
_LOOSE = NumberFormat(plain=False, loose=True)


@dataclass(frozen=True)
class Look:
    """Another kind that the values of a column look like.

    Attributes:
        why: What they look like, as the end of a sentence.
        kind: The kind to choose for them.
        hint: What else to do.
        is_doubt: Whether it may well be as it was taken.
    """

    why: str
    kind: str
    hint: str
    is_doubt: bool = False


def warned(
    known: Evidence,
    found: Found,
    numbers: Reading | None,
    taken: str,
    otherwise: Callable[[Evidence], Look | None] | None = None,
) -> Found:
    """Returns a kind with a warning, if the values look like numbers or dates.

    Of categories among which there are plain numbers, it is a doubt.

    Args:
        known: What is known of the column.
        found: Its kind: one of text.
        numbers: The way in which most of its values can be read as numbers.
        taken: The end of the sentence that the column "is taken for categories".
        otherwise: Looks for more, where values look like neither; a column in which it
            may find something is always warned of. Defaults to `None`.
    """
    if numbers is not None and numbers.share >= MOST_FIT:
        # They are numbers, and names all the same: of telephones, or of few things.
        return found
    look = _as_numbers(known, numbers) or _as_dates(known)
    look = look or _as_days_of_year(known) or _with_dates(known)
    look = look or _without_year(known) or _as_ranges(known)
    if look is None and otherwise is not None:
        look = otherwise(known)
    look = look or _number_first(known)
    if look is None:
        return found
    text = _sentence(known, look, taken)
    if look.is_doubt and otherwise is None:
        return replace(found, doubt=text)
    return replace(found, warning=text)


def doubted(known: Evidence, found: Found, look: Look) -> Found:
    """Returns few categories with a doubt."""
    return replace(found, doubt=_sentence(known, look, "taken for categories"))


def _sentence(known: Evidence, look: Look, taken: str) -> str:
    kinds = argument(kinds={known.name: look.kind})
    if look.kind == "categorical":
        return (
            f"{known.name!r} is {taken}, though {look.why}. Pass {kinds} if that is "
            f"meant, or {look.hint}"
        )
    return (
        f"{known.name!r} is {taken}, though {look.why}. Pass {kinds} to read what can "
        f"be read, or {look.hint}"
    )


def _as_numbers(known: Evidence, numbers: Reading | None) -> Look | None:
    if numbers is None:
        return None
    is_doubt = numbers.format.plain
    units = sorted((numbers.units or {}).items(), key=lambda one: -one[1])
    if sum(share for _, share in units) >= _HALF:
        shares = ", ".join(f"{unit} ({share:.0%})" for unit, share in units[:4])
        why = f"its values are numbers with different units: {shares}"
        return Look(why, "numeric", "make them one", is_doubt)
    if numbers.share < _HALF:
        return None
    good = ~np.isnan(numbers.format.read(known.tokens))
    why = _share(known, numbers.share, good, "numbers")
    return Look(why, "numeric", "mend the others", is_doubt)


def _as_dates(known: Evidence) -> Look | None:
    dates = find_dates(known.tokens, known.counts)
    if dates is None or dates.share < _HALF:
        return None
    good = dates.good | dates.none
    return Look(_share(known, dates.share, good, "dates"), "date", "mend the others")


def may_be_months(known: Evidence) -> Look | None:
    """Returns what may be months and years: `05/16`, in which each month has a zero."""
    pattern = r"^(?:0[1-9]|1[0-2])[/-][0-9]{2}$"
    good = _mask(pc.match_substring_regex(known.tokens, pattern))
    zeros = _mask(pc.starts_with(known.tokens, "0"))
    if known.distinct < _FEWEST or not zeros.any() or known.share(good) < MOST_FIT:
        return None
    return _of_example(known, good, "its values may be months and years", "date")


def _as_days_of_year(known: Evidence) -> Look | None:
    dates = find_dates(known.tokens, known.counts, more=("day of year",))
    if dates is None or dates.share < MOST_FIT:
        return None
    why = "its values may be years and days of the year"
    return replace(_of_example(known, dates.good, why, "date"), is_doubt=True)


def _with_dates(known: Evidence) -> Look | None:
    """Returns dates within text: in half of the values, which are short."""
    some = known.tokens[:_SAMPLE]
    if pc.mean(pc.utf8_length(some)).as_py() > _SHORT:
        return None
    there = np.zeros(len(known.tokens), bool)
    for form in _LOOSE_DATES:
        there[: len(some)] |= ~np.isnat(form.read(some))
    counts = known.counts[: len(some)]
    if not there.any() or counts[there[: len(some)]].sum() < _HALF * counts.sum():
        return None
    return _of_example(known, there, "a date stands in most values", "date")


def _number_first(known: Evidence) -> Look | None:
    first = _mask(pc.match_substring_regex(known.tokens, _NUMBER_FIRST))
    if known.share(first) < MOST_FIT:
        return None
    return _of_example(known, first, "each value begins with a number", "numeric")


def _as_ranges(known: Evidence) -> Look | None:
    """Returns ranges of two numbers: `10-20`, `$5K to $10K`."""
    found = pc.extract_regex(plain_characters(known.tokens), _RANGE)
    good = _mask(found.is_valid())
    if known.share(good) < MOST_FIT:
        return None
    found = found.drop_null()
    ends = [pc.replace_substring(found.field(name), ",", "") for name in "ab"]
    widths = [pc.binary_length(end).unique().to_pylist() for end in ends]
    if len(widths[0]) == len(widths[1]) == 1 and widths[0] != widths[1]:
        # As of telephones: 555-1234.
        return None
    low, high = (end.cast(pa.float64()).to_numpy(zero_copy_only=False) for end in ends)
    if (low > high).mean() > 1 - MOST_FIT:
        return None
    why = "its values are ranges of two numbers"
    look = _of_example(known, good, why, "categorical")
    return replace(look, hint="make two columns of numbers of them")


def _without_year(known: Evidence) -> Look | None:
    """Returns days with the name of a month and no year: `20-Aug`, `Aug 20`."""
    found = pc.extract_regex(plain_characters(known.tokens), _NO_YEAR)
    rows = np.flatnonzero(_mask(found.is_valid()))
    good = np.zeros(len(known.tokens), bool)
    for row in rows:
        names = found[int(row)].as_py()
        good[row] = without_accents(names["after"] or names["ahead"]) in MONTHS
    if not rows.size or known.share(good) < MOST_FIT:
        return None
    why = "its values are days without a year"
    look = _of_example(known, good, why, "categorical")
    return replace(look, hint="add the year to read them as dates")


def _of_example(known: Evidence, good: np.ndarray, why: str, kind: str) -> Look:
    example, place = known.first_of(good)
    return Look(f"{why}, such as {example[:40]!r} in {place}", kind, "mend the values")


def with_text_around(known: Evidence) -> Look | None:
    """Returns what looks like amounts: decimals within text, or money."""
    money = _mask(pc.match_substring_regex(known.tokens, _MONEY))
    if known.share(money) >= _HALF:
        example, place = known.first_of(money)
        why = f"most values are money or percent, such as {example[:40]!r} in {place}"
        return Look(why, "numeric", "mend the values")
    marked = pc.match_substring_regex(known.tokens, "[0-9][.,][0-9]")
    if known.share(_mask(marked)) < _HALF:
        return None
    good = ~np.isnan(_LOOSE.read(known.tokens))
    if known.share(good) < MOST_FIT:
        return None
    example, place = known.first_of(good)
    why = f"a number stands in most values, such as {example[:40]!r} in {place}"
    return Look(why, "numeric", "mend the values")


def _share(known: Evidence, share: float, good: np.ndarray, what: str) -> str:
    example, place = known.first_of(~good)
    return (
        f"{share:.0%} of its values are {what}; one that is not is {example[:40]!r} "
        f"in {place}"
    )


def _mask(matches: Any) -> np.ndarray:
    return matches.to_numpy(zero_copy_only=False)
