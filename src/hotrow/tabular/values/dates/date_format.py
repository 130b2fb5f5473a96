"""The way in which the dates of a column are written."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from hotrow.tabular.values.characters import plain_characters
from hotrow.tabular.values.dates.loose import dates_within
from hotrow.tabular.values.dates.names import MONTHS, without_accents
from hotrow.tabular.values.dates.patterns import ORDERS, PATTERNS, TEXT
from hotrow.tabular.values.dates.zones import offsets
from hotrow.tabular.values.numbers.plain import mask_of
from hotrow_common.arrow import pa, pc

NOT_A_DATE = np.datetime64("NaT", "s")
# Two digits from here on are of the 20th century, as in POSIX.
PIVOT = 69
_DAY = 86400
# What the name of a column says of text.
_WORDS = {
    "day of year": ", year and day of the year",
    "week digits": ", year and week",
    "letter week": ", year and week",
    "year letter week": ", year and week",
    "short month": ", month and year",
    "excel": ", days of Excel",
}
_EXCEL = -25569  # The days from 1970 to the last day of 1899.


@dataclass(frozen=True)
class DateFormat:
    """The way in which the dates of a column are written.

    Example:

    >>> DateFormat(order="mdy").read(["08/20/15 03:20", "20-Aug-15", "soon"])
    array(['2015-08-20T03:20:00', '2015-08-20T00:00:00', 'NaT'],
          dtype='datetime64[s]')

    Args:
        order: `"dmy"`, `"mdy"` or `"yymd"`, the order of three numbers; or `None`, if
            none are dates but those that begin with a year of four digits.
        pivot: The first of the two-digit years that are of the 20th century.
        more: Ways of `NAMED` that count beside those of text.
        loose: Whether dates with any text around them are read.
    """

    order: str | None = None
    pivot: int = PIVOT
    more: tuple[str, ...] = ()
    loose: bool = False

    def read(self, texts: Any) -> np.ndarray:
        """Returns the moments that texts are, NaT for those that are none.

        Args:
            texts: A large_string array without missing values, or a list.

        Returns:
            An array of datetime64[s]; moments with a zone are in UTC.
        """
        if isinstance(texts, list):
            texts = pa.array(texts, pa.large_string())
        texts = bare_dates(texts)
        moments = np.full(len(texts), NOT_A_DATE)
        left = np.arange(len(texts))
        for way in self.ways:
            if not left.size:
                break
            some = texts if left.size == len(texts) else texts.take(pa.array(left))
            moments[left] = self._read(some, way)
            left = left[np.isnat(moments[left])]
        if self.loose and left.size:
            some = dates_within(texts.take(pa.array(left)))
            left = left[mask_of(some.is_valid())]
            moments[left] = replace(self, loose=False).read(some.drop_null())
        return moments

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that count, the likeliest first."""
        order = () if self.order is None else (self.order,)
        return (*self.more, "ymd", *order, *(way for way in TEXT if way != "ymd"))

    def _read(self, texts: Any, way: str) -> np.ndarray:
        if way in ("unix", "excel"):
            return _from_numbers(texts, way)
        found = pc.extract_regex(texts, PATTERNS[way])
        rows = np.flatnonzero(mask_of(found.is_valid()))
        result = np.full(len(texts), NOT_A_DATE)
        if rows.size:
            found = found.take(pa.array(rows))
            parts = {field.name: found.field(field.name) for field in found.type}
            result[rows] = _moments(parts, self.pivot, is_whole="day" not in parts)
        return result

    def words(self) -> str:
        """Returns the format in words."""
        names = {"dmy": ", day first", "mdy": ", month first", "yymd": ", year first"}
        more = [_WORDS[way] for way in self.more if way in _WORDS]
        if self.loose:
            return "the first date in each text" + names.get(self.order or "", "")
        return "dates" + names.get(self.order or "", "") + "".join(more[:1])

    def to_json(self) -> dict[str, Any]:
        """Returns the format as what `json` can write."""
        return {"order": self.order, "pivot": self.pivot, "more": list(self.more)} | (
            {"loose": True} if self.loose else {}
        )

    @classmethod
    def from_json(cls, content: dict[str, Any] | None) -> Self:
        """Returns the format that `to_json` returned as JSON."""
        if content is None:
            return cls()
        return cls(
            content["order"],
            int(content["pivot"]),
            tuple(content["more"]),
            bool(content.get("loose", False)),
        )


def bare_dates(texts: Any) -> Any:
    """Returns texts in plain characters, without brackets and quotes around a date."""
    texts = plain_characters(texts)
    if not pc.any(pc.match_substring_regex(texts, r"^[\[(#\"']")).as_py():
        return texts
    return pc.replace_substring_regex(
        texts, r"^(?:\[(.*)\]|\((.*)\)|#(.*)#|[\"'](.*)[\"'])$", r"\1\2\3\4"
    )


def _moments(parts: dict[str, Any], pivot: int, is_whole: bool) -> np.ndarray:
    """Returns the moments of the parts of dates; NaT where a part is out of range."""
    year = _years(parts["year"], pivot)
    month, good = _months(parts, year)
    # A number and two digits is more often a code than a month long ago.
    good &= (year >= 1800) & (year <= 2199) if is_whole else (year >= 100)
    good &= year < 9000
    zeros = np.zeros_like(year)
    day = _numbers(parts["day"], 1) if "day" in parts else zeros + 1
    hour, minute, second = (
        _numbers(parts[name], 0) if name in parts else zeros
        for name in ("hour", "minute", "second")
    )
    if "half" in parts:
        half = pc.utf8_lower(parts["half"])
        morning = mask_of(pc.starts_with(half, pattern="a"))
        evening = mask_of(pc.starts_with(half, pattern="p"))
        # An hour alone is one only in `3 PM`.
        alone = mask_of(pc.equal(parts["minute"], "")) & mask_of(
            pc.not_equal(parts["hour"], "")
        )
        good &= ~alone | morning | evening
        hour = np.where(morning & (hour == 12), 0, hour)
        hour = np.where(evening & (hour < 12), hour + 12, hour)
    good &= (day >= 1) & (hour <= 24) & (minute <= 59) & (second <= 60)
    start = (
        (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    ).astype("datetime64[M]")
    first = start.astype("datetime64[D]").astype(np.int64)
    length = (start + 1).astype("datetime64[D]").astype(np.int64) - first
    good &= day <= length
    days = first + day - 1
    if "yearday" in parts:
        yearday = _numbers(parts["yearday"], 0)
        days += yearday - 1
        good &= (yearday >= 1) & (yearday <= 365 + _is_leap(year))
    if "week" in parts:
        days = _first_monday(days) + 7 * (_numbers(parts["week"], 1) - 1)
        days += _numbers(parts["weekday"], 1) - 1 if "weekday" in parts else 0
        good &= (_numbers(parts["week"], 0) >= 1) & (_numbers(parts["week"], 0) <= 53)
    seconds = days * _DAY + hour * 3600 + minute * 60 + second
    if "zone" in parts:
        offset, is_zone = offsets(parts["zone"], seconds)
        seconds, good = seconds - offset, good & is_zone
    return np.where(good, seconds.astype("datetime64[s]"), NOT_A_DATE)


def _years(texts: Any, pivot: int) -> np.ndarray:
    year = _numbers(texts, 1)
    short = mask_of(pc.equal(pc.binary_length(texts), 2))
    return np.where(short, year + np.where(year >= pivot, 1900, 2000), year)


def _months(parts: dict[str, Any], year: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the month of each date, and whether it is one."""
    if "name" in parts:
        names = parts["name"].dictionary_encode()
        texts = map(without_accents, names.dictionary.to_pylist())
        numbers = np.array([MONTHS.get(text, 0) for text in texts], np.int64)
        month = numbers[names.indices.to_numpy(zero_copy_only=False)]
    elif "quarter" in parts:
        quarter = _numbers(parts["quarter"], 0)
        if "other" in parts:
            quarter = np.maximum(quarter, _numbers(parts["other"], 0))
        month = 3 * quarter - 2
    elif "month" in parts:
        month = _numbers(parts["month"], 1)
    else:
        month = np.ones_like(year)
    return month, (month >= 1) & (month <= 12)


def _is_leap(year: np.ndarray) -> np.ndarray:
    return (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))


def _first_monday(days: np.ndarray) -> np.ndarray:
    """Returns the Monday of the week that holds the fourth of January."""
    fourth = days + 3
    return fourth - (fourth + 3) % 7


def _numbers(texts: Any, filler: int) -> np.ndarray:
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)
    return texts.cast(pa.int64()).fill_null(filler).to_numpy(zero_copy_only=False)


def _from_numbers(texts: Any, way: str) -> np.ndarray:
    digits = (
        r"^[0-9]{9,16}(?:\.[0-9]+)?$" if way == "unix" else r"^[0-9]{1,6}(?:\.[0-9]+)?$"
    )
    good = pc.match_substring_regex(texts, digits)
    numbers = pc.if_else(good, texts, pa.scalar(None, texts.type)).cast(pa.float64())
    numbers = numbers.to_numpy(zero_copy_only=False)
    if way == "excel":
        seconds = np.round((numbers + _EXCEL) * _DAY)
    else:
        # Milliseconds or microseconds have three or six digits more.
        seconds = np.where(numbers >= 1e14, numbers / 1e6, numbers)
        seconds = np.where((numbers >= 1e11) & (numbers < 1e14), numbers / 1e3, seconds)
    whole = np.nan_to_num(np.floor(seconds)).astype(np.int64)
    return np.where(np.isnan(numbers), NOT_A_DATE, whole.astype("datetime64[s]"))


__all__ = ["NOT_A_DATE", "ORDERS", "PIVOT", "DateFormat"]
