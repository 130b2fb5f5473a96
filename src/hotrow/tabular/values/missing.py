"""Marks that stand for a missing value.

| marks | are missing |
|---|---|
| empty, `?`, `NaN`, `NULL`, `<NA>`, `\\N`, `#N/A` and other errors of Excel | always |
| words such as `NA`, `None`, `n/a`, `unknown`, `-`, `.` | beside numbers and dates |

Beside words, a word is a value like any other: `NA` is North America, or no basement.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc

# What machines write: pandas, NumPy, C, SQL, Excel in the languages of its users.
ALWAYS = (
    "", "?", "NaN", "nan", "-NaN", "-nan", "+nan", "NaT", "<NA>", "NULL", "null",
    "(null)", "[null]", "<null>", "\\N", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
    "NA_integer_", "NA_real_", "NA_character_",
    "#N/A", "#N/A N/A", "#NA", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!",
    "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#ERROR!",
    "#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#VALEUR!", "#NOMBRE!", "#NOM?", "#NOMBRE?",
    "#VALOR!", "#N/D", "#¡DIV/0!", "#¡VALOR!", "#¡REF!", "#¿NOMBRE?", "#¡NUM!",
)  # fmt: skip
# What people write, compared without case.
WORDS = (
    "na", "n/a", "n.a.", "n.a", "n/d", "n.d.", "nd", "s/d", "k.a.", "k. a.", "nan",
    "null", "nil", "none", "no data", "nodata", "no value", "unknown", "unk", "undef",
    "undefined", "missing", "not available", "not applicable", "not known",
    "not reported", "not recorded", "not specified", "unspecified", "unavailable",
    "blank", "(blank)", "empty", "(empty)", "(none)", "<none>", "tbd", "tba", "inf",
    "-inf", "+inf", "infinity", "-infinity", "∞", "-∞", "−∞",
    "-", "--", "---", "----", "–", "—", "−", ".", "..", "...", "…", "*", "**", ":",
    "??", "???",
)  # fmt: skip
# The missing values of SAS and Stata have letters: `.A`, `._`, `.z`.
_OF_STATISTICS = r"^\.[A-Za-z_]$"


@dataclass(frozen=True)
class Marks:
    """The marks of one column: the usual ones, more, and less some.

    Args:
        missing: Values that are missing in this column, beside the usual marks.
        keep: Marks that are values here.
    """

    missing: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    @cached_property
    def always(self) -> Any:
        """Marks that are missing whatever stands beside them, as an Arrow array."""
        kept = [mark for mark in ALWAYS if mark not in self.keep]
        # As values are.
        given = [unicodedata.normalize("NFC", mark) for mark in self.missing]
        return pa.array(dict.fromkeys(["", *kept, *given]), pa.large_string())

    def are_words(self, tokens: Any) -> np.ndarray:
        """Returns which texts are words that are missing beside numbers."""
        if len(tokens) <= _FEW:
            return np.array([self._is_word(text) for text in tokens.to_pylist()], bool)
        short = _numpy(pc.less_equal(pc.binary_length(tokens), _LONGEST))
        places = np.flatnonzero(short)
        some = tokens.take(pa.array(places))
        lower = pc.utf8_lower(some)
        found = pc.is_in(lower, value_set=pa.array(WORDS, pa.large_string()))
        found = pc.or_(found, pc.match_substring_regex(some, _OF_STATISTICS))
        if self.keep:
            kept = pc.is_in(some, value_set=pa.array(self.keep, pa.large_string()))
            found = pc.and_not(found, kept)
        short[places] = _numpy(found)
        return short

    def _is_word(self, text: str) -> bool:
        is_word = text.lower() in _WORDS or re.match(_OF_STATISTICS, text) is not None
        return is_word and text not in self.keep

    def to_json(self) -> dict[str, Any]:
        """Returns the marks as what `json` can write."""
        return {"missing": list(self.missing), "keep": list(self.keep)}

    @classmethod
    def from_json(cls, content: dict[str, Iterable[str]] | None) -> "Marks":
        """Returns the marks that `to_json` returned as JSON; the usual ones of None."""
        content = content or {}
        return cls(tuple(content.get("missing", ())), tuple(content.get("keep", ())))


_WORDS = frozenset(WORDS)
# Of so few texts, a loop is faster than the start of a vectorized function.
_FEW = 500
_LONGEST = max(len(word.encode()) for word in WORDS)
USUAL = Marks()


def _numpy(mask: Any) -> np.ndarray:
    return mask.fill_null(False).to_numpy(zero_copy_only=False).copy()
