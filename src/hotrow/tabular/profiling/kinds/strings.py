"""Columns of text that is no number and no date: categories, lists, texts."""

from typing import Any

import numpy as np

from hotrow.tabular.profiling.evidence import Evidence
from hotrow.tabular.profiling.kinds.found import Found, absent_of, many, mostly_differ
from hotrow.tabular.values.numbers.plain import are_numbers
from hotrow_common.arrow import pa, pc

SEPARATORS = ("|", ";", ",")


def string_kind(known: Evidence) -> Found:
    """Returns the kind of a column of text."""
    multi = find_separator(known)
    if multi:
        return multi
    words = pc.count_substring_regex(known.tokens, r"\S+").to_numpy()
    mean = float(np.average(words, weights=known.counts))
    several = known.share(words >= 3)
    mostly = mostly_differ(known, 0.5)
    if (several >= 0.5 and mostly) or (mean >= 10 and known.distinct > 50):
        why = f"{mean:.0f} words on average, {many(known)} different"
        return Found("text", why, absent=absent_of(known, known.words()))
    if known.present >= 10 and mostly_differ(known):
        return Found("identifier", "nearly all values are different")
    mixed = ", some of them numbers" if are_numbers(known.tokens).any() else ""
    return Found("categorical", f"{many(known)} different values{mixed}{kept(known)}")


def kept(known: Evidence) -> str:
    """Returns the end of a sentence on words that are values here."""
    words = known.words()
    if words.any():
        usual = pa.array(_READ_AS_MISSING, pa.large_string())
        words &= _mask(pc.is_in(known.tokens, value_set=usual))
    if not words.any():
        return ""
    one = words.sum() == 1
    return f"; {known.named(words)} {'is a value' if one else 'are values'} like others"


# Of these, a user of pandas may think otherwise.
_READ_AS_MISSING = ("NA", "N/A", "n/a", "None")


def _mask(matches: Any) -> np.ndarray:
    return matches.to_numpy(zero_copy_only=False)


def find_separator(known: Evidence, strict: bool = True) -> Found | None:
    """Returns the kind `"multi"` with its separator, or None.

    Args:
        known: What is known of the column.
        strict: Whether most values must have several parts, which are short and recur;
            otherwise a separator that occurs at all will do.
    """
    best: Found | None = None
    most = 0.0
    for separator in SEPARATORS:
        having = pc.match_substring(known.tokens, separator)
        having = having.to_numpy(zero_copy_only=False)
        share = known.share(having)
        if share > most and (not strict or _recur(known, separator, share)):
            most = share
            why = f"{share:.0%} of values have several parts between {separator!r}"
            best = Found("multi", why, separator)
    return best


def _recur(known: Evidence, separator: str, share: float) -> bool:
    # A comma is a mark of plain text, too.
    if share < (0.5 if separator == "," else 0.3):
        return False
    lists = pc.split_pattern(known.tokens[:20_000], separator)
    parts = pc.utf8_trim_whitespace(lists.flatten())
    distinct = pc.count_distinct(parts).as_py()
    blanks = pc.mean(pc.count_substring(parts, " ")).as_py()
    # Each part is in five of the different values on average; of few values, in two.
    often = 5 if len(lists) >= 200 else 2
    return blanks <= 2 and distinct * often <= len(parts)
