"""Columns that look like numbers or dates and are taken for neither."""

from dataclasses import replace
from typing import Any

import numpy as np

from hotrow.tabular.profiling.evidence import Evidence
from hotrow.tabular.profiling.kinds.found import MOST_FIT, Found
from hotrow.tabular.values.dates.detect import find_dates
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.number_format import NumberFormat
from hotrow_common.arrow import pc

_HALF = 0.5
_FEW = 50
_MONEY = r"[$€£¥₹%] ?[0-9]|[0-9] ?[$€£¥₹%]"
_LOOSE = NumberFormat(plain=False, loose=True)


def warned(known: Evidence, found: Found, numbers: Reading | None) -> Found:
    """Returns a kind with a warning, if the values look like numbers or dates.

    Of categories among which there are plain numbers, it is a doubt.

    Args:
        known: What is known of the column.
        found: Its kind: one of text.
        numbers: The way in which most of its values can be read as numbers.
    """
    if numbers is not None and numbers.share >= MOST_FIT:
        # They are numbers, and names all the same: of telephones, or of few things.
        return found
    left_out = found.kind == "identifier"
    few = found.kind != "categorical" or known.distinct <= _FEW
    if few and not left_out:
        return found
    seems = _as_numbers(known, numbers) or _as_dates(known)
    if seems is None and left_out:
        seems = _with_text_around(known)
    if seems is None:
        return found
    why, kind, hint = seems
    taken = "left out as an identifier" if left_out else "taken for categories"
    text = (
        f"{known.name!r} is {taken}, though {why}. Pass --kind {known.name}={kind} to "
        f"read what can be read, or {hint}"
    )
    if left_out or kind == "date" or numbers is None or not numbers.format.plain:
        return replace(found, warning=text)
    return replace(found, doubt=text)


def _as_numbers(
    known: Evidence, numbers: Reading | None
) -> tuple[str, str, str] | None:
    """Returns what looks like numbers, the kind to choose, and what else to do."""
    if numbers is None:
        return None
    units = sorted((numbers.units or {}).items(), key=lambda one: -one[1])
    if sum(share for _, share in units) >= _HALF:
        shares = ", ".join(f"{unit} ({share:.0%})" for unit, share in units[:4])
        why = f"its values are numbers with different units: {shares}"
        return why, "numeric", "make them one"
    if numbers.share < _HALF:
        return None
    good = ~np.isnan(numbers.format.read(known.tokens))
    return _share(known, numbers.share, good, "numbers"), "numeric", "mend the others"


def _as_dates(known: Evidence) -> tuple[str, str, str] | None:
    dates = find_dates(known.tokens, known.counts)
    if dates is None or dates.share < _HALF:
        return None
    good = dates.good | dates.none
    return _share(known, dates.share, good, "dates"), "date", "mend the others"


def _with_text_around(known: Evidence) -> tuple[str, str, str] | None:
    """Returns what looks like amounts: decimals within text, or money."""
    money = _mask(pc.match_substring_regex(known.tokens, _MONEY))
    if known.share(money) >= _HALF:
        example, place = known.first_of(money)
        why = f"most values are money or percent, such as {example[:40]!r} in {place}"
        return why, "numeric", "mend the values"
    marked = pc.match_substring_regex(known.tokens, "[0-9][.,][0-9]")
    if known.share(_mask(marked)) < _HALF:
        return None
    good = ~np.isnan(_LOOSE.read(known.tokens))
    if known.share(good) < MOST_FIT:
        return None
    example, place = known.first_of(good)
    why = f"a number stands in most values, such as {example[:40]!r} in {place}"
    return why, "numeric", "mend the values"


def _share(known: Evidence, share: float, good: np.ndarray, what: str) -> str:
    example, place = known.first_of(~good)
    return (
        f"{share:.0%} of its values are {what}; one that is not is {example[:40]!r} "
        f"in {place}"
    )


def _mask(matches: Any) -> np.ndarray:
    return matches.to_numpy(zero_copy_only=False)
