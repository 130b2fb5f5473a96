"""Dates in digits: `20150820`, `30052016`, `201508`, seconds since 1970."""

from collections.abc import Iterator

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.kinds.core import names
from hotrow.tabular.kinds.core.found import MOST_FIT, Found
from hotrow.tabular.kinds.core.number_column import NumberColumn
from hotrow.tabular.values.dates.date_format import PIVOT, DateFormat
from hotrow.tabular.values.numbers.plain import mask_of
from hotrow_common.arrow import pc

# Of so many different integers, all are dates by chance less than once in 10**28.
_SURE = 20
# So many values say whether it is worth to look at all.
_SAMPLE = 1000
# So many different months with a point are no numbers.
_MONTHS = 12
_ORDERS = ("dmy", "mdy", "ymd")
_WHYS = {
    "digits": "eight digits: year, month, day",
    "digits dmy": "eight digits: day, month, year",
    "digits mdy": "eight digits: month, day, year",
    "short digits ymd": "six digits: year, month, day",
    "short digits dmy": "six digits: day, month, year",
    "short digits mdy": "six digits: month, day, year",
    "long digits": "digits: year, month, day, time",
    "day of year": "digits: year, day of the year",
    "week digits": "six digits: year and week",
    "unix": "seconds or milliseconds since 1970, named so",
    "pointed month": "months: month, point, year",
    "pointed year": "months: year, point, month",
}
_BY_WIDTH = {
    6: ("short digits ymd", "short digits dmy", "short digits mdy"),
    7: ("digits dmy", "digits mdy", "day of year"),
    8: ("digits", "digits dmy", "digits mdy"),
    12: ("long digits",),
    14: ("long digits",),
}
# So many digits are dates whatever the name of a column, if all of them are.
_LONG = (7, 8, 12, 14)


def dates_in_digits(numbers: NumberColumn) -> Found | None:
    """Returns a column of numbers that are dates, as its name or all its values say."""
    integers = numbers.integers
    if integers is None:
        return _pointed(numbers)
    known, name = numbers.known, numbers.known.name
    ways = list(_named_ways(name, _widths(integers)))
    best = _best(numbers, ways)
    if best is not None:
        return _found(numbers, *best)
    if known.distinct < _SURE or names.says_day(name):
        return None
    widths = _widths(integers)
    if not widths <= set(_LONG) or "day of year" in ways:
        return None
    ways = [way for one in widths for way in _BY_WIDTH[one] if way != "day of year"]
    best = _best(numbers, ways, least=1.0)
    if best is None:
        return None
    found = _found(numbers, *best)
    doubts = [
        _doubt(numbers, "each of its values is one"),
        *([found.doubt] if found.doubt else []),
    ]
    return Found(found.kind, found.why, format=found.format, doubt=". ".join(doubts))


def may_be_days_of_excel(numbers: NumberColumn) -> bool:
    """Returns whether integers in a column of dates may be days since 1900."""
    integers = numbers.integers
    if integers is None or not names.says_day_for_sure(numbers.known.name):
        return False
    return bool(integers.min() >= 20_000 and integers.max() < 80_000)


def _widths(integers: np.ndarray) -> set[int]:
    return {len(str(int(number))) for number in np.unique(np.abs(integers))[[0, -1]]}


def _named_ways(name: str, widths: set[int]) -> Iterator[str]:
    """Yields the ways that the name of a column and the number of digits allow."""
    if names.says_week(name):
        yield "week digits"
    if names.says_month(name) and 6 in widths:
        yield "digits"
    if names.says_day(name):
        for width in sorted(widths):
            # Leading zeros may be lost.
            yield from _BY_WIDTH.get(width, ())
    if names.says_moment(name) or names.says_day_for_sure(name):
        yield "unix"


def _best(
    numbers: NumberColumn, ways: list[str], least: float = MOST_FIT
) -> tuple[str, str | None] | None:
    """Returns the way in which most values are dates, and another that fits as well."""
    known, context = numbers.known, numbers.context
    shares, spans = {}, {}
    for way in dict.fromkeys(ways):
        form = _format(numbers, way)
        if _in_a_century(form.read(known.tokens[:_SAMPLE])).mean() < 0.5:
            continue
        dates = form.read(known.tokens)
        good = _in_a_century(dates)
        if known.share(good) >= least:
            shares[way], spans[way] = known.share(good), np.ptp(dates[good].astype(int))
    if not shares:
        return None
    most = max(shares.values())
    tied = sorted((way for way in shares if shares[way] == most), key=spans.__getitem__)
    order = context.dates or context.dates_of_table
    said = [way for way in tied if order and way.endswith(order.removeprefix("y"))]
    if said:
        return said[0], None
    # Dates lie near to one another; days that are read as years do not.
    near = [way for way in tied[1:] if spans[way] < 3 * spans[tied[0]]]
    return tied[0], near[0] if near and near[0][-3:] in _ORDERS else None


def _format(numbers: NumberColumn, way: str) -> DateFormat:
    is_birth = names.is_of_births(numbers.known.name)
    return DateFormat(more=(way,), pivot=30 if is_birth else PIVOT)


def _in_a_century(dates: np.ndarray) -> np.ndarray:
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    good: np.ndarray = ~np.isnat(dates) & (years >= 1900) & (years < 2100)
    return good


def _found(numbers: NumberColumn, way: str, other: str | None) -> Found:
    name = numbers.known.name
    why, doubt = _WHYS[way], None
    integers = numbers.integers
    if way == "digits" and integers is not None and integers[0] < 1e7:
        why = "six digits: year and month"
    if other is not None:
        example = numbers.known.tokens[0].as_py()
        doubt = (
            f"{name!r}: {example!r} is read as {why.partition(': ')[2]}, since no "
            "value says which is first. If that is wrong, pass "
            f"{argument(dates={name: other[-3:]})}"
        )
    return Found("date", why, format=_format(numbers, way), doubt=doubt)


def _doubt(numbers: NumberColumn, why: str) -> str:
    name = numbers.known.name
    return (
        f"{name!r} is taken for dates, since {why}, such as "
        f"{numbers.known.tokens[0].as_py()!r}. If they are numbers, pass "
        f"{argument(kinds={name: 'numeric'})}"
    )


def _pointed(numbers: NumberColumn) -> Found | None:
    """Returns months such as `01.2015`, which are numbers with decimals otherwise."""
    if not numbers.is_plain:
        return None
    name, tokens = numbers.known.name, numbers.known.tokens
    for way, pattern in (
        ("pointed month", r"^(?:0[1-9]|1[0-2])\.(?:19|20)[0-9]{2}$"),
        ("pointed year", r"^(?:19|20)[0-9]{2}\.(?:0[1-9]|1[0-2])$"),
    ):
        if not mask_of(pc.match_substring_regex(tokens, pattern)).all():
            continue
        form = _format(numbers, way)
        if names.says_month(name) or names.says_day(name):
            return Found("date", _WHYS[way], format=form)
        # No number has a zero at its beginning, and few have one at the end.
        zeros = mask_of(pc.match_substring_regex(tokens, r"^0|\.10$"))
        if zeros.any() and len(tokens) >= _MONTHS:
            doubt = _doubt(numbers, "its values have a year and a month each")
            return Found("date", _WHYS[way], format=form, doubt=doubt)
    return None
