"""Columns of numbers: amounts, codes, identifiers, dates in digits."""

from typing import Any

import numpy as np

from hotrow.tabular.profiling.evidence import Evidence
from hotrow.tabular.profiling.kinds import names
from hotrow.tabular.profiling.kinds.found import (
    MOST_FIT,
    Found,
    many,
    mostly_differ,
    unfit,
)
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.plain import (
    are_integers,
    have_leading_zeros,
    mask_of,
)
from hotrow.tabular.values.numbers.words import MONEY
from hotrow_common.arrow import pc


def number_kind(known: Evidence, reading: Reading) -> Found | None:
    """Returns the kind of a column of numbers, or None if they are names.

    Args:
        known: What is known of the column, without words for missing values.
        reading: The way in which its numbers are written.
    """
    form = reading.format
    rest = unfit(known, reading.good, "no number")
    if form.kind == "number" and form.plain:
        if _are_phones(known):
            return None
        integer = are_integers(known.tokens)
        if known.share(integer) >= known.share(reading.good):
            numbers = form.read(known.tokens)[integer]
            if not (np.abs(numbers) <= _LARGEST_AMOUNT).all():
                # Digits by the dozens are no amount.
                return None
            found = _integers(known, numbers, rest)
            if found:
                return found
        if not rest and integer.all():
            return Found("numeric", f"integers, {many(known)} different", format=form)
    elif are_few_with_unit(known, reading):
        return None
    why = words_of(reading)
    return Found("numeric", why + rest, format=form, doubt=doubt_of(known, reading))


def words_of(reading: Reading) -> str:
    """Returns in words how numbers are written, and why that is thought."""
    why = f", as {reading.why}" if reading.why else ""
    return "; ".join([f"{reading.format.words()}{why}", *reading.remarks])


def doubt_of(known: Evidence, reading: Reading) -> str | None:
    """Returns what else the numbers of a column might be, as a sentence; or None."""
    if reading.doubt is not None:
        other = "," if reading.format.decimal == "." else "."
        return (
            f"{known.name!r}: {reading.doubt}. If that is wrong, pass --decimal "
            f"{known.name}={other}"
        )
    if getattr(reading.format, "unit", None) == "%":
        bare = ~mask_of(pc.match_substring_regex(known.tokens, "[^-+0-9.,eE ]"))
        bare &= reading.format.read(known.tokens) != 0
        if bare.any():
            return (
                f"{known.name!r}: {known.named(bare, 2)} without % count as percent, "
                "too"
            )
    return None


def are_few_with_unit(known: Evidence, reading: Reading) -> bool:
    """Returns whether a few whole numbers with a unit are names, as in `3 stars`."""
    unit = reading.format.unit if reading.format.kind == "number" else None
    if unit is None or unit in MONEY or unit in ("%", "byte"):
        return False
    values = reading.format.read(known.tokens)[reading.good]
    whole = bool((values == np.round(values)).all())
    return whole and known.distinct <= 20 and known.present >= 20 * known.distinct


def _are_phones(known: Evidence) -> bool:
    return bool(pc.all(pc.match_substring_regex(known.tokens, _PHONE)).as_py())


_LARGEST_AMOUNT = 1e38
_PHONE = r"^\+[0-9]{7,15}$"


def _integers(known: Evidence, numbers: np.ndarray, rest: str) -> Found | None:
    """Returns the kind of integers that are no amounts, or None."""
    if known.share(have_leading_zeros(known.tokens)) >= 0.01:
        if mostly_differ(known):
            return Found(
                "identifier", "digits with leading zeros, nearly all different"
            )
        return Found("code", "digits with leading zeros, as codes have" + rest)
    date = _date(known, numbers)
    if date:
        return date
    word = names.last_word(known.name)
    if mostly_differ(known, 0.999) and known.present >= 20:
        if word in names.IDENTIFIERS:
            return Found("identifier", "integers that differ in each row, named so")
        span = numbers.max() - numbers.min() + 1
        if (np.diff(numbers) > 0).all() and span <= 2 * known.rows:
            return Found("identifier", "integers that count up by row")
    code = _code(known, numbers, word)
    return Found("code", code + rest) if code else None


def _date(known: Evidence, numbers: np.ndarray) -> Found | None:
    """Returns the kind of integers that are dates, if their name says so."""
    ways = []
    if names.last_word(known.name) in names.DATES or names.says_month(known.name):
        is_month = names.says_month(known.name)
        width = {8: "digits", 12: "long digits", 14: "long digits"}
        width |= {6: "digits"} if is_month else {}
        digits = {len(str(int(number))) for number in numbers[[0, -1]]}
        ways += [width[one] for one in digits if one in width][:1]
    if names.says_moment(known.name):
        ways.append("unix")
    for way in ways:
        form = DateFormat(more=(way,))
        if known.share(_in_a_century(form.read(known.tokens))) >= MOST_FIT:
            whys: dict[str, Any] = {
                "digits": "eight digits: year, month, day",
                "long digits": "digits: year, month, day, time",
                "unix": "seconds or milliseconds since 1970, named so",
            }
            if way == "digits" and numbers[0] < 1e7:
                whys["digits"] = "six digits: year and month"
            return Found("date", whys[way], format=form)
    return None


def _code(known: Evidence, numbers: np.ndarray, word: str) -> str | None:
    """Returns why integers are codes, or None."""
    repeats = known.present / max(1, known.distinct)
    span = numbers.max() - numbers.min() + 1
    # Integers that follow one another are amounts, and so are years: a new one is near
    # to others, where a new code is unknown.
    amounts = len(numbers) > 10 and span <= 2 * len(numbers)
    years = numbers.min() >= 1800 and numbers.max() <= 2100
    as_years = years and (names.says_year(known.name) or span <= 3 * len(numbers))
    if known.distinct <= 20 and repeats >= 20 and not amounts and not as_years:
        return f"{known.distinct} different integers, each in many rows"
    if word in names.CODES and repeats >= 2:
        return f"integers, {many(known)} different, named as codes are"
    low, high = np.abs(numbers).min(), np.abs(numbers).max()
    width = len(str(int(low)))
    one_width = width >= 4 and width == len(str(int(high)))
    sparse = len(numbers) * 2 < high - low + 1 and high >= 3 * low
    # Amounts are often round.
    plain = (numbers % 10 == 0).mean() < 0.3 and not years
    if one_width and sparse and plain and repeats >= 5:
        return f"integers of {width} digits that leave most of their range out"
    return None


def _in_a_century(dates: np.ndarray) -> np.ndarray:
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    return ~np.isnat(dates) & (years >= 1900) & (years < 2100)
