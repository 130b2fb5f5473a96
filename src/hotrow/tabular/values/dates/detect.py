"""Detects the date format of a column from all its values."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hotrow.tabular.values.dates.date_format import PIVOT, DateFormat, bare_dates
from hotrow.tabular.values.numbers.plain import mask_of
from hotrow_common.arrow import pa, pc

_SAMPLE = 2000
_THREE = (
    r"^(?:[^-0-9\s.,/:']{2,10}\.?,? )?"
    r"(?P<a>[0-9]{1,2}) ?(?P<cut>[-/. _]) ?(?P<b>[0-9]{1,2}) ?[-/. _] ?"
    r"(?P<c>[0-9]{4}|[0-9]{2})(?:[^0-9].*)?$"
)
# Days that stand for none: MySQL's, Excel's, those of SAP and .NET.
_NO_DAY = (
    r"^(?:0{4}|0{2})[-/.]0{2}[-/.](?:0{4}|0{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?$"
    r"|^1900-01-00|^0*1/0/(?:19)?00|^9999-|[-/.]9999(?: |$)|^0001-01-01|^0?1/0?1/0001"
)


@dataclass(frozen=True)
class DateReading:
    """One way to read a column's values as dates.

    Attributes:
        format: The way.
        good: Mask of the values that are dates then.
        none: Mask of the values that stand for no date, such as `0000-00-00`.
        share: Share of the other rows that have a date.
        doubt: Why they might mean something else, as a sentence; or None.
    """

    format: DateFormat
    good: np.ndarray
    none: np.ndarray
    share: float
    doubt: str | None = None


def find_dates(
    tokens: Any,
    counts: np.ndarray,
    *,
    order: str | None = None,
    of_table: str | None = None,
    delimiter: str | None = None,
    is_birth: bool = False,
    more: tuple[str, ...] = (),
) -> DateReading | None:
    """Returns the way in which most values can be read as dates, or None.

    Args:
        tokens: The values of a column as text, each once.
        counts: Number of rows of each.
        order: The order of day, month and year, as the user says it.
        of_table: The order that the other columns of the table have, if they have one.
        delimiter: Delimiter of the file.
        is_birth: Whether the column's name says that nobody is born later than today.
        more: Ways that count here, as in `DateFormat`.
    """
    texts = bare_dates(tokens)
    # Each date has a year, of two digits at least. The patterns of dates are many, and
    # of a column with few values each costs more to compile than to look for.
    looks = mask_of(pc.match_substring_regex(texts[:_SAMPLE], r"[0-9][0-9]"))
    if not more and counts[:_SAMPLE][looks].sum() < 0.4 * counts[:_SAMPLE].sum():
        return None
    three = pc.extract_regex(texts, _THREE)
    rows = np.flatnonzero(mask_of(three.is_valid()))
    form, doubt = DateFormat(more=more), None
    if rows.size:
        three = three.take(pa.array(rows))
        found, doubt = _order(
            three, counts[rows], order, of_table, delimiter, texts.take(pa.array(rows))
        )
        form = replace(form, order=found, pivot=_pivot(three, found, is_birth))
    if len(texts) > 2 * _SAMPLE:
        some = ~np.isnat(form.read(texts[:_SAMPLE]))
        if counts[:_SAMPLE][some].sum() < 0.4 * counts[:_SAMPLE].sum():
            return None
    none = are_no_days(texts)
    good = ~np.isnat(form.read(texts)) & ~none
    total = float(counts[~none].sum())
    if not good.any():
        return None
    return DateReading(form, good, none, float(counts[good].sum()) / total, doubt)


def are_no_days(texts: Any) -> np.ndarray:
    """Returns which texts stand for no date, such as `0000-00-00`."""
    return mask_of(pc.match_substring_regex(texts, _NO_DAY))


def _order(
    three: Any,
    counts: np.ndarray,
    said: str | None,
    of_table: str | None,
    delimiter: str | None,
    texts: Any,
) -> tuple[str | None, str | None]:
    """Returns the order of three numbers, and why it may be another one."""
    a, b, c = (
        three.field(name).cast(pa.int64()).to_numpy(zero_copy_only=False)
        for name in "abc"
    )
    if said is not None:
        return said, None
    short = mask_of(pc.equal(pc.binary_length(three.field("c")), 2))
    cut = three.field("cut")
    dotted = mask_of(pc.equal(cut, ".")).mean() > 0.5
    if dotted and short.all() and not _are_days(three, a):
        return None, None
    fits = {
        "mdy": (a >= 1) & (a <= 12) & (b >= 1) & (b <= 31),
        "dmy": (a >= 1) & (a <= 31) & (b >= 1) & (b <= 12),
        "yymd": short & (b >= 1) & (b <= 12) & (c >= 1) & (c <= 31),
    }
    weights = {order: float(counts[good].sum()) for order, good in fits.items()}
    best = max(weights.values())
    tied = [order for order, weight in weights.items() if weight == best and weight]
    if not tied:
        return None, None
    if len(tied) == 1:
        return tied[0], None
    if "yymd" in tied and len(np.unique(a)) <= 3 and len(np.unique(c)) > 12:
        # Years recur where days do not.
        return "yymd", None
    tied = [order for order in tied if order != "yymd"]
    if len(tied) == 1:
        return tied[0], None
    if dotted:
        return "dmy", None
    if of_table in tied:
        return of_table, None
    slashes = mask_of(pc.equal(cut, "/")).mean() > 0.5
    found = "mdy" if slashes and delimiter != ";" else "dmy"
    day = "month" if found == "mdy" else "day"
    doubt = (
        f"{texts[0].as_py()!r} is read with the {day} first, since no value says which "
        "is first"
    )
    return found, doubt


def _are_days(three: Any, a: np.ndarray) -> bool:
    """Returns whether numbers between points are days, and no parts of a version."""
    padded = pc.match_substring_regex(three.field("a"), "^0[1-9]$")
    return bool(pc.any(padded).as_py()) or bool((a > 12).any() and (a <= 31).all())


def _pivot(three: Any, order: str | None, is_birth: bool) -> int:
    """Returns the first of the two-digit years that are of the 20th century."""
    texts = three.field("a" if order == "yymd" else "c")
    years = texts.filter(pc.equal(pc.binary_length(texts), 2)).unique()
    years = np.sort(years.cast(pa.int64()).to_numpy(zero_copy_only=False))
    if not years.size:
        return PIVOT
    if is_birth:
        return 30
    if years[0] < 30 and years[-1] >= 70:
        # The turn of the century lies where no years are.
        gap = int(np.argmax(np.diff(years)))
        if years[gap + 1] - years[gap] >= 15:
            return int(years[gap + 1])
    return PIVOT
