"""Prefixes and suffixes of numbers: `$`, `%`, `K`, `km`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hotrow.tabular.values.numbers.marks import (
    ABOUT,
    ARROWS,
    BOUND,
    GUESS,
    STARS,
    TRIANGLES,
)
from hotrow.tabular.values.numbers.words import (
    BYTES,
    CAPITALS,
    CURRENCIES,
    GLUED_CURRENCIES,
    GLUED_UNITS,
    LETTERS,
    MONEY,
    MULTIPLIERS,
    NO_UNIT,
    NOT_AFTER,
    OTHER_SHARES,
    PERCENT,
)

_SIGNS = TRIANGLES + "".join(ARROWS)
# After a number and a minus, other letters are a part of a code: `2015-X`.
_AFTER_MINUS = {"", *CURRENCIES, *PERCENT, "cr", "dr"}
_UNIT = re.compile(
    r"(?:/ ?|per |° ?)?[^\W\d_]{1,12}[23²³]?\.?"
    r"(?:(?: |/ ?| per |-)[^\W\d_]{1,12}[23²³]?\.?){0,2}|°|'|\"|′|''|Ω|µ"
)


@dataclass(frozen=True)
class Affix:
    """One reading of what stands before or after digits.

    Attributes:
        sign: -1 if it makes the number negative, else 1.
        power: The power of ten that it multiplies by.
        unit: The unit, the same for all its spellings, or None; a currency is `$`, a
            percentage `%`.
        is_sure: Whether a multiplier cannot be a unit.
        mark: `"("` or `")"` of a pair, `"<"` of a bound such as `< 5`, `"~"` of an
            approximate number, `"*"` of a footnote, or none.
        triangle: One of `TRIANGLES`, or none.
    """

    sign: int = 1
    power: int = 0
    unit: str | None = None
    is_sure: bool = True
    mark: str = ""
    triangle: str = ""


def prefixes(text: str) -> Iterator[Affix]:
    """Yields the readings of what stands before digits: one, or none."""
    for mark, pattern in (("<", BOUND), ("~", ABOUT)):
        found = pattern.match(text)
        if found:
            for affix in prefixes(text[found.end() :]):
                yield replace(affix, mark=affix.mark or mark)
            return
    if text[:1] in _SIGNS and text:
        sign, triangle = _sign(text[0])
        for affix in prefixes(text[1:].lstrip("\ufe0e\ufe0f ")):
            if affix.sign == 1 and not affix.triangle:
                yield replace(affix, sign=sign, triangle=triangle)
        return
    mark = "(" if "(" in text else ""
    if text.count("(") > 1 or text.count("-") > 1 or text.count("+") > 1:
        return
    sign = -1 if "-" in text else 1
    rest = re.sub(r"[(+=-]", "", text)
    glued = not rest.endswith(" ")
    rest = rest.strip().casefold()
    if not rest:
        yield Affix(sign, mark=mark)
        return
    name = CURRENCIES.get(rest)
    if name is None or (glued and rest[-1:].isalpha() and rest not in GLUED_CURRENCIES):
        return
    yield Affix(sign, unit=name, mark=mark)


def suffixes(text: str) -> Iterator[Affix]:
    """Yields the readings of what stands after digits, the likeliest first."""
    glued = not text.startswith(" ")
    rest = text.strip()
    mark, triangle, sign = "", "", 1
    guess = GUESS.search(text)
    if guess:
        rest, mark = text[: guess.start()].strip(), "~"
    stars = STARS.search(rest)
    if stars:
        rest, mark = rest[: stars.start()].strip(), "*"
    if rest[-1:] in _SIGNS and rest:
        sign, triangle = _sign(rest[-1])
        rest = rest[:-1].strip()
    # The unit stands within the parentheses or after them: `(5 €)`, `(5) €`.
    if rest.startswith(")"):
        rest, mark, glued = rest[1:].strip(), ")", False
    elif rest.endswith(")"):
        rest, mark = rest[:-1].strip(), ")"
    # `100,-`, `5.--` and `5/-` are whole amounts; `100-` and `100.50 -` are negative.
    whole = re.match(r"(?:[.,:/]-{1,2}|/=)(?: only)?", rest)
    if whole:
        rest = rest[whole.end() :].strip()
    is_code = rest.startswith("-") and rest.strip("- ").casefold() not in _AFTER_MINUS
    if is_code:
        return
    if rest.endswith("-") or rest.startswith("-"):
        rest, sign = rest.strip("-").strip(), -sign
        if "-" in rest:
            return
    rest = rest.removesuffix("+").rstrip()
    if not rest:
        yield Affix(sign, mark=mark, triangle=triangle)
        return
    for power, unit, is_sure in _measures(rest, glued):
        yield Affix(sign, power, unit, is_sure, mark, triangle)


def _sign(mark: str) -> tuple[int, str]:
    """Returns the sign of an arrow, and the triangle if it is one."""
    return ARROWS.get(mark, 1), mark if mark in TRIANGLES else ""


def _measures(text: str, glued: bool) -> Iterator[tuple[int, str | None, bool]]:
    unit = _unit(text, glued)
    if unit is not None and unit in MONEY:
        yield 0, unit, True
        return
    word = re.match(r"([^\W\d_]+\.?)\s*(.*)", text)
    if word:
        first, after = word[1], word[2]
        power = MULTIPLIERS.get(first.casefold())
        letter = LETTERS.get(first)
        after_unit = _after_multiplier(after)
        if power is not None and after_unit is not None:
            yield power, after_unit or None, True
            return
        if letter is not None and after_unit is not None:
            is_sure = after_unit != "" or first in "MB"
            yield letter, after_unit or None, is_sure
    if text[:1] in MULTIPLIERS and text[1:] in CURRENCIES:
        # Ten thousand yuan, or a hundred million yen.
        yield MULTIPLIERS[text[0]], CURRENCIES[text[1:]], True
        return
    if glued and text[:1] in "kKmMbB" and text[1:].casefold() in CURRENCIES:
        power = {"k": 3, "m": 6, "b": 9}[text[0].casefold()]
        yield power, CURRENCIES[text[1:].casefold()], True
        return
    if text.casefold() in BYTES:
        yield BYTES[text.casefold()], "byte", False
    if unit is not None:
        yield 0, unit, True


def _after_multiplier(text: str) -> str | None:
    """Returns the currency after a multiplier, `""` for nothing, None for others."""
    text = text.strip().casefold()
    return CURRENCIES.get(text) if text else ""


def _unit(text: str, glued: bool) -> str | None:
    lower = " ".join(text.casefold().split())
    if lower in PERCENT:
        return "%"
    if lower in CURRENCIES and lower not in NOT_AFTER:
        return CURRENCIES[lower]
    amount, slash, each = lower.partition("/" if "/" in lower else " per ")
    if slash and amount.strip() in CURRENCIES:
        return f"{CURRENCIES[amount.strip()]}/{each.strip()}"
    if lower in OTHER_SHARES or re.fullmatch(r"/ ?[0-9]+", lower):
        # A score such as `4.1/5` is out of the same number in all rows.
        return lower.replace(" ", "")
    if lower in NO_UNIT and not (lower == "s" and text == "s"):
        return None
    if re.fullmatch(r"% ?[^\W\d_.]{1,12}\.?", text):
        return lower
    if not _UNIT.fullmatch(text):
        return None
    lower = lower.replace(".", "").replace(" per ", "/").replace(" / ", "/")
    # Of `1 day` and `30 days`, the unit is one.
    if len(lower) > 2 and lower.endswith("s") and lower not in GLUED_UNITS:
        lower = lower[:-1]
    if lower.startswith("/"):
        return lower.replace(" ", "")
    if glued and text.isascii() and lower not in GLUED_UNITS:
        return None
    if glued and len(text) == 1 and text.isupper() and text not in CAPITALS:
        return None
    return lower
