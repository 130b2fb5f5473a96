"""Times of day and durations as numbers of seconds."""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from hotrow.tabular.values.characters import plain_characters
from hotrow.tabular.values.numbers.plain import mask_of, read_numbers
from hotrow_common.arrow import pa, pc

_CLOCK = (
    r"^(?P<sign>-?)(?:(?P<days>[0-9]+) ?(?:d|days?)?[,. ] ?)?"
    r"(?P<first>[0-9]{1,4}) ?(?P<cut>[:hH]) ?(?P<second>[0-5][0-9](?:[.,][0-9]+)?)"
    r"(?::(?P<third>[0-5][0-9](?:[.,][0-9]+)?))?"
    r"(?: ?(?P<half>[AaPp]\.? ?[Mm]\.?)"
    r"|(?i: ?(?P<hours>h|hrs?|hours?|std\.?|uhr)| ?(?P<minutes>min\.?|mins|minutes)))?$"
)
_HOUR = r"^(?P<first>[0-9]{1,2}) ?(?P<half>[AaPp]\.? ?[Mm]\.?)$"
# ISO 8601: PT1H30M.
_ISO = (
    r"^(?P<sign>-?)P(?:(?P<days>[0-9]+)D)?T?(?:(?P<first>[0-9]+)H)?"
    r"(?:(?P<second>[0-9]+)M)?(?:(?P<third>[0-9]+(?:[.,][0-9]+)?)S)?$"
)
_LOOKS_LIKE_TIME = r"[0-9] ?[:hHMSDdAaPp]"


@dataclass(frozen=True)
class ClockFormat:
    """Times such as `14:05`, `2:05 PM`, `1:30:00` and `PT1H30M`, read as seconds.

    Example:

    >>> ClockFormat().read(["01:30:00", "2:05 PM", "1 days 00:00:01"])
    array([ 5400., 50700., 86401.])

    Args:
        minutes_first: Whether the two numbers of `12:30` are minutes and seconds.
    """

    minutes_first: bool = False

    kind = "clock"

    def read(self, texts: Any) -> np.ndarray:
        """Returns the seconds that texts are, NaN for those that are no time.

        Args:
            texts: A large_string array without missing values, or a list.
        """
        if isinstance(texts, list):
            texts = pa.array(texts, pa.large_string())
        # What was a number of seconds before it became text is one.
        result = read_numbers(texts)
        texts = plain_characters(texts)
        for pattern in (_CLOCK, _HOUR, _ISO):
            left = np.flatnonzero(np.isnan(result))
            if not left.size:
                break
            found = pc.extract_regex(texts.take(pa.array(left)), pattern)
            there = mask_of(found.is_valid())
            if there.any():
                found = found.filter(pa.array(there))
                result[left[there]] = self._seconds(found, pattern is _ISO)
        return result

    def _seconds(self, found: Any, is_iso: bool) -> np.ndarray:
        part = {field.name: found.field(field.name) for field in found.type}
        days, first, second, third = (
            _number(part.get(name), len(found))
            for name in ("days", "first", "second", "third")
        )
        hours, minutes, seconds = first, second, third
        if "third" in part and not is_iso:
            # 4:03.5 has minutes and seconds.
            two = mask_of(pc.equal(part["third"], ""))
            fraction = mask_of(pc.match_substring_regex(part["second"], "[.,]"))
            second[fraction & ~two] = np.nan
            # 47h05 has hours, and so has 1:05 h.
            hours_first = mask_of(pc.not_equal(part["cut"], ":"))
            hours_first |= mask_of(pc.not_equal(part["hours"], ""))
            has_minutes = mask_of(pc.not_equal(part["minutes"], ""))
            two &= (fraction | has_minutes | self.minutes_first) & ~hours_first
            if two.any():
                hours = np.where(two, 0, first)
                minutes = np.where(two, first, second)
                seconds = np.where(two, second, third)
        if "half" in part:
            half = pc.utf8_lower(part["half"])
            is_noon = hours == 12
            morning = mask_of(pc.starts_with(half, pattern="a"))
            evening = mask_of(pc.starts_with(half, pattern="p"))
            wrong = (morning | evening) & ((hours > 12) | (hours < 1))
            hours = np.where(morning & is_noon, 0, hours)
            hours = np.where(evening & ~is_noon, hours + 12, hours)
            hours = np.where(wrong, np.nan, hours)
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        if is_iso:
            empty = [mask_of(pc.equal(part[name], "")) for name in list(part)[1:]]
            total[np.all(empty, axis=0)] = np.nan
        if "sign" in part:
            total = np.where(mask_of(pc.equal(part["sign"], "-")), -total, total)
        return total

    def words(self) -> str:
        """Returns the format in words."""
        return "times, read as seconds"

    def to_json(self) -> dict[str, Any]:
        """Returns the format as what `json` can write."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Returns the format that `to_json` returned as JSON."""
        return cls(minutes_first=bool(content["minutes_first"]))


def find_clock(tokens: Any, counts: np.ndarray) -> tuple[ClockFormat, np.ndarray]:
    """Returns the way in which times are written, and which values are times."""
    texts = plain_characters(tokens)
    clocks = mask_of(pc.match_substring_regex(texts, _LOOKS_LIKE_TIME))
    if not clocks.any():
        return ClockFormat(), clocks
    found = pc.extract_regex(texts, _CLOCK).drop_null()
    minutes_first = False
    if len(found):
        two = pc.equal(found.field("third"), "")
        # Beside 4:03.5, 12:30 is minutes and seconds, too.
        fraction = pc.match_substring_regex(found.field("second"), "[.,]")
        plain = pc.and_(two, pc.equal(found.field("half"), ""))
        plain = pc.and_(plain, pc.equal(found.field("cut"), ":"))
        plain = pc.and_(plain, pc.equal(found.field("hours"), ""))
        first = _number(found.field("first").filter(plain), 0)
        # 59:30 is no time of day; beside 1:02:30 it is minutes and seconds.
        minutes_first = bool(first.size and first.max() > 23)
        minutes_first |= bool(pc.any(pc.and_(two, fraction)).as_py())
    form = ClockFormat(minutes_first)
    return form, clocks & ~np.isnan(form.read(tokens))


def _number(texts: Any, rows: int) -> np.ndarray:
    if texts is None:
        return np.zeros(rows)
    texts = pc.replace_substring(texts, ",", ".")
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar("0", texts.type), texts)
    return texts.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False).copy()
