"""Detects the decimal separator of a column, point or comma, from all its values."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from hotrow.tabular.values.numbers.plain import mask_of
from hotrow_common.arrow import pc

# What may stand between groups of digits. A narrow blank is a blank by then.
GROUPING = ",.' _"


@dataclass(frozen=True)
class Separators:
    """The marks within the digits of a column's numbers.

    Attributes:
        decimal: `"."` or `","`.
        thousands: The characters that stand between groups of digits, if any.
        why: Reason for point or comma, as in "since ..."; or None.
        is_doubtful: Whether the numbers may as well be read the other way.
    """

    decimal: str = "."
    thousands: str = ""
    why: str | None = None
    is_doubtful: bool = False


@lru_cache(maxsize=64)
def pattern_of(decimal: str, thousands: str) -> str:
    """Returns the regular expression of digits with these separators.

    Groups are of three digits, or as in India of two before the last three.
    """
    whole = [r"[0-9]+"]
    for mark in thousands:
        sign = re.escape(mark)
        whole.append(rf"[1-9][0-9]{{0,2}}(?:{sign}[0-9]{{3}})+")
        if mark in ", ":
            whole.append(rf"[1-9][0-9]?(?:{sign}[0-9]{{2}})+{sign}[0-9]{{3}}")
    point = re.escape(decimal)
    return rf"^(?:(?:{'|'.join(whole)})(?:{point}[0-9]*)?|{point}[0-9]+)$"


def are_written_so(digits: Any, decimal: str, thousands: str) -> np.ndarray:
    """Returns which of the texts are digits with these separators."""
    return mask_of(pc.match_substring_regex(digits, pattern_of(decimal, thousands)))


def with_points(digits: Any, decimal: str, thousands: str) -> Any:
    """Returns digits without groups, with a point before decimals."""
    for mark in thousands:
        digits = pc.replace_substring(digits, mark, "")
    if decimal != ".":
        digits = pc.replace_substring(digits, decimal, ".")
    return digits


def find_separators(
    digits: Any,
    counts: np.ndarray,
    *,
    decimal: str | None = None,
    thousands: str | None = None,
    of_table: str | None = None,
    delimiter: str | None = None,
) -> Separators:
    """Returns the separators that most numbers of a column are written with.

    Args:
        digits: Text between the signs and the unit of each number.
        counts: Number of rows of each.
        decimal: Decimal separator of the user.
        thousands: Thousands separator of the user: `""` for none.
        of_table: The decimal mark of the other columns, if they have one.
        delimiter: Delimiter of the file.
    """
    there = {mark for mark in GROUPING if _any(digits, mark)}
    if decimal is None and thousands in (".", ","):
        decimal = "," if thousands == "." else "."
    options = {}
    for point in (decimal,) if decimal else (".", ","):
        groups = "".join(mark for mark in GROUPING if mark in there and mark != point)
        if thousands is not None:
            groups = "".join(mark for mark in thousands if mark != point)
        good = are_written_so(digits, point, groups)
        options[point] = (groups, good, float(counts[good].sum()))
    if len(options) == 1 or not there & {".", ","}:
        point = next(iter(options))
        why = "as you said" if decimal else None
        return Separators(point, options[point][0], why)
    (_, with_point, most_point), (_, with_comma, most_comma) = options.values()
    if most_point != most_comma:
        point = "." if most_point > most_comma else ","
        return Separators(point, options[point][0])
    if not (with_point & with_comma).any() or not most_point:
        return Separators(".", options["."][0])
    mark = "." if "." in there else ","
    point, why, is_doubtful = _undecided(digits, mark, of_table, delimiter)
    return Separators(point, options[point][0], why, is_doubtful)


def _undecided(
    digits: Any, mark: str, of_table: str | None, delimiter: str | None
) -> tuple[str, str, bool]:
    """Decides for numbers such as 1.234: one mark, and three digits after it."""
    having = mask_of(pc.match_substring(digits, mark))
    other = "," if mark == "." else "."
    round_ = mask_of(pc.ends_with(digits, pattern="0")) & having
    if round_.any() and not having.all() and having.sum() >= 5:
        # Decimals are either all three there, or zeros at their end are left out.
        return (
            other,
            f"three digits follow each {mark!r} and some numbers have none",
            False,
        )
    if of_table is not None:
        return of_table, f"the other columns have {of_table!r} before decimals", False
    if delimiter == ";":
        return ",", "';' stands between the columns", True
    if mark == ".":
        return ".", "a point before decimals is more usual", True
    # Many decimals, of which none has less than three digits, are hardly decimals.
    many = having.sum() >= 20 or not having.all()
    return ".", "a comma between thousands is more usual", not many


def _any(digits: Any, mark: str) -> bool:
    return bool(pc.any(pc.match_substring(digits, mark)).as_py())


def is_ambiguous(texts: Any) -> bool:
    """Returns whether all points in plain numbers could stand between thousands."""
    pointed = texts.filter(pc.match_substring(texts, "."))
    if not len(pointed):
        return False
    return bool(pc.all(pc.match_substring_regex(pointed, _THREE)).as_py())


_THREE = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"


def vote(decimals: Iterable[str]) -> str | None:
    """Returns the decimal mark that nearly all columns of a table have, or None."""
    counts = dict.fromkeys(".,", 0)
    for mark in decimals:
        counts[mark] += 1
    for mark, other in ((".", ","), (",", ".")):
        if counts[mark] and counts[mark] >= 4 * counts[other]:
            return mark
    return None
