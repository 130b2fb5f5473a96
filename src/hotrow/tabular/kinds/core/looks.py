"""Columns that look like numbers or dates and are taken for neither."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import MOST_FIT, Found
from hotrow.tabular.values.dates.detect import find_dates
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.number_format import NumberFormat
from hotrow_common.arrow import pc

_HALF = 0.5
_MONEY = r"[$€£¥₹%] ?[0-9]|[0-9] ?[$€£¥₹%]"
_LOOSE = NumberFormat(plain=False, loose=True)


@dataclass(frozen=True)
class Look:
    """Another kind that the values of a column look like.

    Attributes:
        why: What they look like, as the end of a sentence.
        kind: The kind to choose for them.
        hint: What else to do.
        is_doubt: Whether it may well be as it was taken.
    """

    why: str
    kind: str
    hint: str
    is_doubt: bool = False


def warned(
    known: Evidence,
    found: Found,
    numbers: Reading | None,
    taken: str,
    otherwise: Callable[[Evidence], Look | None] | None = None,
) -> Found:
    """Returns a kind with a warning, if the values look like numbers or dates.

    Of categories among which there are plain numbers, it is a doubt.

    Args:
        known: What is known of the column.
        found: Its kind: one of text.
        numbers: The way in which most of its values can be read as numbers.
        taken: The end of the sentence that the column "is taken for categories".
        otherwise: Looks for more, where values look like neither; a column in which it
            may find something is always warned of. Defaults to `None`.
    """
    if numbers is not None and numbers.share >= MOST_FIT:
        # They are numbers, and names all the same: of telephones, or of few things.
        return found
    look = _as_numbers(known, numbers) or _as_dates(known)
    if look is None and otherwise is not None:
        look = otherwise(known)
    if look is None:
        return found
    kinds = argument(kinds={known.name: look.kind})
    text = (
        f"{known.name!r} is {taken}, though {look.why}. Pass {kinds} to read what can "
        f"be read, or {look.hint}"
    )
    if look.is_doubt and otherwise is None:
        return replace(found, doubt=text)
    return replace(found, warning=text)


def _as_numbers(known: Evidence, numbers: Reading | None) -> Look | None:
    if numbers is None:
        return None
    is_doubt = numbers.format.plain
    units = sorted((numbers.units or {}).items(), key=lambda one: -one[1])
    if sum(share for _, share in units) >= _HALF:
        shares = ", ".join(f"{unit} ({share:.0%})" for unit, share in units[:4])
        why = f"its values are numbers with different units: {shares}"
        return Look(why, "numeric", "make them one", is_doubt)
    if numbers.share < _HALF:
        return None
    good = ~np.isnan(numbers.format.read(known.tokens))
    why = _share(known, numbers.share, good, "numbers")
    return Look(why, "numeric", "mend the others", is_doubt)


def _as_dates(known: Evidence) -> Look | None:
    dates = find_dates(known.tokens, known.counts)
    if dates is None or dates.share < _HALF:
        return None
    good = dates.good | dates.none
    return Look(_share(known, dates.share, good, "dates"), "date", "mend the others")


def with_text_around(known: Evidence) -> Look | None:
    """Returns what looks like amounts: decimals within text, or money."""
    money = _mask(pc.match_substring_regex(known.tokens, _MONEY))
    if known.share(money) >= _HALF:
        example, place = known.first_of(money)
        why = f"most values are money or percent, such as {example[:40]!r} in {place}"
        return Look(why, "numeric", "mend the values")
    marked = pc.match_substring_regex(known.tokens, "[0-9][.,][0-9]")
    if known.share(_mask(marked)) < _HALF:
        return None
    good = ~np.isnan(_LOOSE.read(known.tokens))
    if known.share(good) < MOST_FIT:
        return None
    example, place = known.first_of(good)
    why = f"a number stands in most values, such as {example[:40]!r} in {place}"
    return Look(why, "numeric", "mend the values")


def _share(known: Evidence, share: float, good: np.ndarray, what: str) -> str:
    example, place = known.first_of(~good)
    return (
        f"{share:.0%} of its values are {what}; one that is not is {example[:40]!r} "
        f"in {place}"
    )


def _mask(matches: Any) -> np.ndarray:
    return matches.to_numpy(zero_copy_only=False)
