"""Dates and times out of text, in the ways that people write them.

| written | for example |
|---|---|
| year, month, day | `2020-01-31`, `2020/1/31`, with or without a time |
| day, month, year or month, day, year | `31.01.2020`, `1/31/2020` |
| with the month in English | `31 Jan 2020`, `January 31, 2020` |
| year and month | `2020-01` |
| eight digits | `20200131` |

A time is `14:05`, `14:05:30.5` or `2:05 PM`, after `T` or a blank, with a zone (`Z`,
`+01:00`) or without; those with a zone become UTC.
"""

from typing import Any

import numpy as np

from hotrow.vocabulary.arrow import pa, pc

_TIME = (
    r"(?:[T ]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
    r" ?(?P<half>[AaPp][Mm])? ?(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_PATTERNS = {
    "ymd": r"^(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"
    + _TIME,
    "dmy": r"^(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})"
    + _TIME,
    "mdy": r"^(?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})[-/.](?P<year>[0-9]{4})"
    + _TIME,
    "named day": r"^(?P<day>[0-9]{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?[-, ]+"
    r"(?P<year>[0-9]{4})" + _TIME,
    "named month": r"^(?P<name>[A-Za-z]{3,9})\.? (?P<day>[0-9]{1,2}),? "
    r"(?P<year>[0-9]{4})" + _TIME,
    "month": r"^(?P<year>[0-9]{4})[-/](?P<month>[0-9]{2})$",
    "digits": r"^(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})$",
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun"]
_MONTHS += ["jul", "aug", "sep", "oct", "nov", "dec"]

# Ways to write a date, but for those that only some columns have.
ALWAYS = ("ymd", "named day", "named month", "month")
NOT_A_DATE = np.datetime64("NaT", "s")


def read_dates(texts: Any, ways: tuple[str, ...]) -> np.ndarray:
    """Returns the moments that texts are, NaT for those that are none.

    Args:
        texts: A large_string array, as `canonical` returns it.
        ways: Which of the ways above to write a date count, the first one first.

    Returns:
        An array of datetime64[s].
    """
    moments = np.full(len(texts), NOT_A_DATE)
    left = np.arange(len(texts))
    for way in ways:
        if not left.size:
            break
        some = texts if left.size == len(texts) else texts.take(pa.array(left))
        found = pc.extract_regex(some, _PATTERNS[way])
        rows = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
        if rows.size:
            moments[left[rows]] = _moments(found.take(pa.array(rows)))
            left = left[np.isnat(moments[left])]
    return moments


def ways_of(texts: Any) -> tuple[str, ...]:
    """Returns in which ways the dates of a column are written.

    Where the first two numbers may both be the month, they are day and month if any
    first number is above 12 or if they stand between points, and month and day
    otherwise.
    """
    found = pc.extract_regex(texts, _PATTERNS["dmy"]).drop_null()
    dotted = pc.match_substring_regex(texts, r"^[0-9]{1,2}\.")
    first = _numbers(found.field("day"), 0)
    day_first = bool((first > 12).any()) or pc.any(dotted).as_py() is True
    return (*ALWAYS, "dmy" if day_first else "mdy")


def is_day_or_month_first_unclear(texts: Any) -> bool:
    """Returns whether the dates could be read with the day or the month first."""
    found = pc.extract_regex(texts, _PATTERNS["dmy"]).drop_null()
    if not len(found):
        return False
    dotted = pc.match_substring_regex(texts, r"^[0-9]{1,2}\.")
    most = [int(_numbers(found.field(part), 0).max()) for part in ("day", "month")]
    return max(most) <= 12 and pc.any(dotted).as_py() is not True


def _moments(found: Any) -> np.ndarray:
    """Returns the moments of the parts of dates; NaT where a part is out of range."""
    parts = {field.name: found.field(field.name) for field in found.type}
    year = _numbers(parts["year"], 1)
    if "name" in parts:
        names = pc.utf8_slice_codeunits(pc.utf8_lower(parts["name"]), 0, 3)
        month = pc.index_in(names, pa.array(_MONTHS, names.type)).fill_null(-1)
        month = month.to_numpy(zero_copy_only=False).astype(np.int64) + 1
    else:
        month = _numbers(parts["month"], 1)
    day = _numbers(parts["day"], 1) if "day" in parts else np.ones_like(year)
    zeros = np.zeros_like(year)
    hour, minute, second = (
        _numbers(parts[name], 0) if name in parts else zeros
        for name in ("hour", "minute", "second")
    )
    if "half" in parts:
        half = pc.utf8_lower(parts["half"])
        afternoon, morning = (
            pc.equal(half, word).fill_null(False).to_numpy(zero_copy_only=False)
            for word in ("pm", "am")
        )
        hour = np.where(morning & (hour == 12), 0, hour)
        hour = np.where(afternoon & (hour < 12), hour + 12, hour)
    good = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    good &= (hour <= 24) & (minute <= 59) & (second <= 60)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    start = months.astype("datetime64[M]")
    length = (
        (start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")
    ).astype(np.int64)
    good &= day <= length
    days = start.astype("datetime64[D]").astype(np.int64) + day - 1
    seconds = days * 86400 + hour * 3600 + minute * 60 + second
    if "zone" in parts:
        seconds -= _offsets(parts["zone"])
    return np.where(good, seconds.astype("datetime64[s]"), NOT_A_DATE)


def _numbers(texts: Any, filler: int) -> np.ndarray:
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)
    return texts.cast(pa.int64()).fill_null(filler).to_numpy(zero_copy_only=False)


def _offsets(zones: Any) -> np.ndarray:
    """Returns by how many seconds zones are ahead of UTC."""
    parts = pc.extract_regex(
        zones, r"^(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})$"
    )
    there = parts.is_valid().to_numpy(zero_copy_only=False)
    result = np.zeros(len(zones), np.int64)
    parts = parts.filter(pa.array(there))
    seconds = 3600 * _numbers(parts.field("hours"), 0)
    seconds = seconds + 60 * _numbers(parts.field("minutes"), 0)
    minus = pc.equal(parts.field("sign"), "-").to_numpy(zero_copy_only=False)
    result[there] = np.where(minus, -seconds, seconds)
    return result
