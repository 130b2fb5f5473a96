"""The way in which the numbers of a column are written."""

from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any, Self

import numpy as np

from hotrow.tabular.values.numbers.affixes import Affix, prefixes, suffixes
from hotrow.tabular.values.numbers.loose import loosely
from hotrow.tabular.values.numbers.parts import Parts, cut
from hotrow.tabular.values.numbers.plain import glued, mask_of, read_numbers, to_float
from hotrow.tabular.values.numbers.separators import are_written_so, with_points
from hotrow.tabular.values.numbers.words import MONEY
from hotrow_common.arrow import pa, pc


@dataclass(frozen=True)
class NumberFormat:
    """The way in which the numbers of a column are written.

    Example:

    >>> money = NumberFormat(thousands=",", unit="$", plain=False)
    >>> money.read(["$18,511.57", "(300)", "$1.5K", "many"])
    array([18511.57,  -300.  ,  1500.  ,      nan])

    Args:
        decimal: `"."` or `","`.
        thousands: The characters that stand between groups of digits.
        unit: The unit that stands with the numbers, a currency or `"%"`.
        letters: Whether letters such as `m` and `B` multiply, and are no units.
        debit: Whether `CR` and `DR` stand for credit and debit.
        plain: Whether there are only digits, a sign and an exponent.
        loose: Whether numbers with any text around them are read.
        minus: Which of the signs `▲△▼▽` make a number negative.
        shares: Whether numbers without a percent sign are shares of 1, where others
            have one: of `94.7%` and `0.947`.
    """

    decimal: str = "."
    thousands: str = ""
    unit: str | None = None
    letters: bool = False
    debit: bool = False
    plain: bool = True
    loose: bool = False
    minus: str = ""
    shares: bool = False

    kind = "number"

    def read(self, texts: Any) -> np.ndarray:
        """Returns the numbers that texts are, NaN for those that are none.

        Args:
            texts: A large_string array without missing values, or a list.
        """
        if isinstance(texts, list):
            texts = pa.array(texts, pa.large_string())
        if self.plain:
            return read_numbers(texts)
        result = np.full(len(texts), np.nan)
        parts = cut(texts)
        if parts.are_few:
            good, values = self.values(parts)
            result[parts.rows[good]] = values[good]
        result[self.zeros(texts)] = 0.0
        if self.loose:
            left = np.flatnonzero(np.isnan(result))
            result[left] = self._loosely(texts.take(pa.array(left)))
        return result

    def values(self, parts: Parts) -> tuple[np.ndarray, np.ndarray]:
        """Returns which of some numbers are written so, and their values."""
        sign, power, good = self.measures(parts)
        good &= are_written_so(parts.digits, self.decimal, self.thousands)
        digits = with_points(parts.digits, self.decimal, self.thousands)
        digits = pc.if_else(pa.array(good), digits, pa.scalar(None, pa.large_string()))
        if pc.any(pc.not_equal(parts.power, "")).as_py():
            digits = glued(digits, parts.power)
            power = np.where(mask_of(pc.not_equal(parts.power, "")), 0, power)
        if power.any():
            # In decimal digits, 18.51 times 1000 is exact.
            powers = [f"e{one}" if one else "" for one in range(power.max() + 1)]
            shift = pa.array(powers, pa.large_string()).take(pa.array(power))
            digits = glued(digits, shift)
        values = sign * to_float(digits)
        return good & ~np.isnan(values), values

    def measures(self, parts: Parts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns sign and power of ten of each number, and whether both are known."""
        befores = [self._chosen(prefixes(text)) for text in parts.befores]
        afters = [self._after(text) for text in parts.afters]
        shape = len(befores), len(afters)
        sign, power = np.ones(shape, np.int64), np.zeros(shape, np.int64)
        good = np.zeros(shape, bool)
        for (a, before), (b, after) in product(enumerate(befores), enumerate(afters)):
            if before is None or after is None:
                continue
            joined = join(before, after, self.minus)
            if joined is not None and joined.unit in (None, self.unit):
                good[a, b] = True
                sign[a, b], power[a, b] = joined.sign, joined.power
                if self.shares and joined.unit is None:
                    power[a, b] += 2
        at = parts.places
        return sign[at], power[at], good[at]

    def _chosen(self, readings: Any) -> Affix | None:
        return next(iter(readings), None)

    def _after(self, text: str) -> Affix | None:
        side = text.strip().casefold().rstrip(".")
        if self.debit and side in ("cr", "dr"):
            return Affix(-1 if side == "dr" else 1)
        return choose(list(suffixes(text)), self.letters, self.unit)

    def zeros(self, texts: Any) -> np.ndarray:
        """Returns which texts are a currency and a dash: zero, as Excel writes it."""
        if self.unit is None:
            return np.zeros(len(texts), bool)
        dash = dashes(texts)
        for place in np.flatnonzero(dash):
            text = str(texts[int(place)]).rstrip("-–— ").strip()
            found = next(prefixes(text + " "), None) if text else None
            dash[place] = found is not None and found.unit == self.unit
        return dash

    def _loosely(self, texts: Any) -> np.ndarray:
        some, rows = loosely(texts)
        result = np.full(len(texts), np.nan)
        if len(rows):
            strict = replace(self, loose=False, plain=False)
            result[rows] = strict.read(some)
        return result

    def words(self) -> str:
        """Returns the format in words, as in "numbers in $ with a comma ..."."""
        name = "percentages" if self.unit == "%" else "numbers"
        if self.unit in MONEY:
            name += f" in {self.unit}"
        elif self.unit not in (None, "%"):
            name += f" of the unit {self.unit!r}"
        marks = []
        if self.decimal == ",":
            marks.append("a comma before decimals")
        if self.thousands:
            names = {
                ",": "a comma",
                ".": "a point",
                " ": "a blank",
                "'": "an apostrophe",
            }
            which = " or ".join(names.get(mark, repr(mark)) for mark in self.thousands)
            marks.append(f"{which} between thousands")
        return f"{name} with {' and '.join(marks)}" if marks else name

    def to_json(self) -> dict[str, Any]:
        """Returns the format as what `json` can write."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Returns the format that `to_json` returned as JSON."""
        return cls(**{key: content[key] for key in content if key != "kind"})


def choose(
    readings: list[Affix], letters: bool, unit: str | None = None
) -> Affix | None:
    """Returns one of the readings of what stands after digits, or None of none.

    Args:
        readings: Readings that `suffixes` yields.
        letters: Whether letters that may be a unit or a multiplier are the latter.
        unit: The unit of the column.
    """
    if unit == "byte":
        # Beside KB, a B is a byte and not a billion.
        sizes = [one for one in readings if one.unit == "byte"]
        readings = sizes or readings
    for reading in readings:
        if reading.is_sure or letters:
            if not (reading.power and unit is not None and _is(readings, unit)):
                return reading
        elif reading.unit == "byte" == unit:
            return reading
    return next((one for one in readings if one.is_sure), None)


def _is(readings: list[Affix], unit: str) -> bool:
    return any(one.unit == unit and not one.power for one in readings)


def join(before: Affix, after: Affix, minus: str = "") -> Affix | None:
    """Returns what two affixes say of a number, or None if they contradict.

    Args:
        before: What stands before the digits.
        after: What stands after them.
        minus: Which of the signs `▲△▼▽` make a number negative.
    """
    if (before.mark == "(") != (")" in after.mark):
        return None
    negatives = (before.sign < 0) + (after.sign < 0) + (before.mark == "(")
    negatives += (before.triangle + after.triangle) in tuple(minus)
    if negatives > 1 or (before.triangle and after.triangle):
        return None
    units = dict.fromkeys(one for one in (before.unit, after.unit) if one is not None)
    unit = " ".join(units) or None
    return Affix(-1 if negatives else 1, after.power, unit)


def dashes(texts: Any) -> np.ndarray:
    """Returns which texts end in a dash and hold neither letters nor digits."""
    return mask_of(pc.match_substring_regex(texts, r"^[^0-9A-Za-z]+[-–—]+\s*$"))


PLAIN = NumberFormat()
