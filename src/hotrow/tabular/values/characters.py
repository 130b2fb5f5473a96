"""One character for all that look alike and mean the same in numbers and dates."""

import re
import unicodedata
from fractions import Fraction
from typing import Any

from hotrow.tabular.values.asian import western
from hotrow_common.arrow import pa, pc

BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
BLANKS += "\u200a\u202f\u205f\u3000\t\n\r\v\f"
# Byte order marks, joiners, marks of direction: they have no width.
INVISIBLE = "\ufeff\u00ad\u200b\u200e\u200f\u2060\u2066\u2067\u2068\u2069"
INVISIBLE += "\u202a\u202b\u202c\u202d\u202e\u061c"
# They part or join letters of many scripts, also at the end of a word, and choose
# between two looks of a sign.
JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_MINUS = "\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe58\ufe63\uff0d"
_APOSTROPHES = "\u2018\u2019\u02bc\u2032\uff07\u00b4`"
_QUOTES = "\u201c\u201d\u2033\uff02"

_TABLE: dict[int, str | None] = {
    **dict.fromkeys(map(ord, BLANKS), " "),
    **dict.fromkeys(map(ord, INVISIBLE + JOINERS), None),
    **dict.fromkeys(map(ord, _MINUS), "-"),
    **dict.fromkeys(map(ord, _APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, _QUOTES), '"'),
    # The Arabic separators; the dot in the middle of a British line.
    0x066B: ".",
    0x066C: ",",
    0x00B7: ".",
    0x066A: "%",
    0x03BC: "µ",
    # Full width, as Chinese and Japanese keyboards have it.
    **{0xFF01 + at: chr(0x21 + at) for at in range(94)},
}
# The digits of Arabic, Persian, Hindi, Bengali and Thai; those of full width above.
for _zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50):
    _TABLE.update({_zero + digit: str(digit) for digit in range(10)})
for _mark in ("\uff0d", "\uff07", "\uff02"):
    _TABLE[ord(_mark)] = {"\uff0d": "-", "\uff07": "'", "\uff02": '"'}[_mark]


_WITHOUT_WIDTH = dict.fromkeys(map(ord, INVISIBLE + JOINERS))
# In the order of their use: \x00 to \x1f of ASCII are blanks to Python, too.
_AROUND = BLANKS + INVISIBLE + " \x1c\x1d\x1e\x1f\x85\u2028\u2029"


def composed(texts: Any) -> Any:
    """Returns texts that Unicode holds for equal as equal texts, with nothing around.

    `\u00e9` may be one character or two. Blanks and marks without width around a text
    are no part of it.

    Args:
        texts: A large_string array, with or without missing values.
    """
    ascii_only = pc.string_is_ascii(texts).fill_null(True)
    if pc.all(ascii_only).as_py():
        return pc.utf8_trim_whitespace(texts)
    texts = pc.utf8_trim(pc.utf8_trim_whitespace(texts), characters=_AROUND)
    return pc.utf8_normalize(texts, form="NFC")


def trimmed(text: str) -> str:
    """Returns a name as `composed` would: in NFC, with nothing around."""
    before = None
    while text != before:
        before, text = text, text.strip().strip(_AROUND)
    return unicodedata.normalize("NFC", text)


def whole_text(text: str) -> str:
    """Returns a text that UTF-8 can hold, with U+FFFD for half a surrogate pair.

    Python would write `?`, which is a mark of missing values.
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def visible(text: str) -> str:
    """Returns a text without characters that have no width."""
    return text if text.isascii() else text.translate(_WITHOUT_WIDTH)


_HALVES = re.compile("(?<![0-9.,])([0-9]*) ?([¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])")
# A power of ten, and not the square of a metre.
_POWER = re.compile("(?<=[x×*·. ]10)[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+$")


def plain_characters(texts: Any) -> Any:
    """Returns text in the characters that numbers are written in.

    Digits of other scripts become 0 to 9, minus signs and dashes a hyphen, blanks of
    all widths one blank, apostrophes and primes `'`; marks without width go. Letters
    and their accents are one character. Dates and times with the signs of Chinese,
    Japanese and Korean are in digits.

    Args:
        texts: A large_string array without missing values.
    """
    ascii_only = pc.string_is_ascii(texts)
    if not pc.all(ascii_only).as_py():
        others = pc.invert(ascii_only)
        changed = [_plain(text) for text in texts.filter(others).to_pylist()]
        texts = pc.replace_with_mask(texts, others, pa.array(changed, texts.type))
    if pc.any(pc.match_substring_regex(texts, r"^\s|\s$|\s\s|[\t\n\r]")).as_py():
        texts = pc.replace_substring_regex(texts, r"\s+", " ")
        texts = pc.utf8_trim_whitespace(texts)
    return texts


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text.translate(_TABLE))
    text = _HALVES.sub(_decimals, _POWER.sub(_raised, text))
    return western(text)


def _decimals(found: re.Match[str]) -> str:
    """Returns a number with a fraction of one character in decimals: of `1½`, `1.5`."""
    part = Fraction(unicodedata.normalize("NFKC", found[2]).replace("\u2044", "/"))
    return repr(float(int(found[1] or 0) + part))


def _raised(found: re.Match[str]) -> str:
    digits = unicodedata.normalize("NFKC", found[0]).replace("\u2212", "-")
    return f"^{digits}"
