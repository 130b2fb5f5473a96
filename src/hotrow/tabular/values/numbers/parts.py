"""Numbers in text, cut into what stands before, in and after their digits."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hotrow.tabular.values.characters import plain_characters
from hotrow.tabular.values.numbers.marks import FOOTNOTE
from hotrow.tabular.values.numbers.plain import glued, mask_of
from hotrow_common.arrow import pa, pc

_PARTS = (
    r"^(?P<before>[^0-9]*?)"
    r"(?P<digits>[.,]?[0-9]+(?:[.,'_ ][0-9]+)*)"
    r"(?P<power>(?:[eE][+-]?|[dD][+-]| ?[x×*] ?10 ?\^ ?[+-]?)[0-9]+)?"
    r"(?P<after>[^0-9]*|[^0-9]*[a-zA-Z][23]| ?/ ?(?:5|10|20|100))$"
)
# Quotes around a number, a delimiter after it, and a score in words.
_AROUND = (
    (r"^[\"']", r"^([\"'])(.*)[\"']$", r"\2"),
    (r"[0-9%][;,]$", r"[;,]$", ""),
    (
        r"(?i) (?:out of|von|sur) ",
        r"(?i) (?:out of|von|sur) (5|10|20|100)(?: ?(?:stars?|sternen?|points))?$",
        r"/\1",
    ),
)
# A number and a fraction, as of inches; a fraction alone may be a date or a score.
_MIXED = r"\b([0-9]+)[ -]([0-9]{1,2})/(2|3|4|5|6|8|10|12|16|32|64)\b"
# Where more than this differ, what stands beside digits is text.
_MOST = 1000


@dataclass(frozen=True)
class Parts:
    """The parts of numbers in text; of those that are cut, and none of the others.

    Attributes:
        rows: The places of the texts that are cut.
        before: Text before the digits of each, as a dictionary array.
        digits: The digits, with the marks between them.
        power: The exponent of each, `"e5"`, or `""`.
        after: Text after the digits of each, as a dictionary array.
    """

    rows: np.ndarray
    before: Any
    digits: Any
    power: Any
    after: Any

    @cached_property
    def befores(self) -> list[str]:
        """Distinct texts before the digits."""
        return [str(text) for text in self.before.dictionary.to_pylist()]

    @cached_property
    def afters(self) -> list[str]:
        """Distinct texts after the digits."""
        return [str(text) for text in self.after.dictionary.to_pylist()]

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """For each number, the places of its parts in `befores` and `afters`."""
        before, after = (
            part.indices.cast(pa.int64()).to_numpy(zero_copy_only=False)
            for part in (self.before, self.after)
        )
        return before, after

    @property
    def are_few(self) -> bool:
        """True if few different texts stand beside the digits."""
        return len(self.befores) <= _MOST and len(self.afters) <= _MOST


def cut(texts: Any) -> Parts:
    """Cuts numbers into their parts.

    Args:
        texts: A large_string array without missing values.
    """
    texts = plain_characters(texts)
    if pc.any(pc.match_substring(texts, "[")).as_py():
        texts = pc.replace_substring_regex(texts, FOOTNOTE, r"\1")
    for hint, pattern, plain in _AROUND:
        if pc.any(pc.match_substring_regex(texts, hint)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, plain)
    found = pc.extract_regex(_with_decimals(texts), _PARTS)
    rows = np.flatnonzero(mask_of(found.is_valid()))
    found = found.take(pa.array(rows))
    before, digits, power, after = (
        found.field(name) for name in ("before", "digits", "power", "after")
    )
    # The point of an abbreviation is no point before decimals: `Rs.500`.
    of_word = pc.and_(
        pc.match_substring_regex(before, r"[^-\s0-9+=(.,$€£]$"),
        pc.starts_with(digits, "."),
    )
    if pc.any(of_word).as_py():
        point = pa.scalar(".", pa.large_string())
        before = pc.if_else(of_word, glued(before, point), before)
        digits = pc.if_else(of_word, pc.utf8_slice_codeunits(digits, 1), digits)
    if pc.any(pc.not_equal(power, "")).as_py():
        power = pc.replace_substring_regex(power, r"^(?:[eEdD]|.*\^ ?)", "e")
    return Parts(
        rows,
        before.dictionary_encode(),
        digits,
        power,
        after.dictionary_encode(),
    )


def _with_decimals(texts: Any) -> Any:
    """Returns texts with decimals in place of fractions: of `1 1/2`, `1.5`."""
    there = mask_of(pc.match_substring_regex(texts, _MIXED))
    if not there.any():
        return texts
    some = texts.filter(pa.array(there)).to_pylist()
    changed = [re.sub(_MIXED, _decimals, text) for text in some]
    return pc.replace_with_mask(texts, pa.array(there), pa.array(changed, texts.type))


def _decimals(found: re.Match[str]) -> str:
    whole, over, under = (int(found[at]) for at in (1, 2, 3))
    return repr(whole + over / under) if over < under else found[0]
