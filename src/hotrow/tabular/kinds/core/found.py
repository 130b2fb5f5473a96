"""Result of the search for the kind of a column."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hotrow.tabular.kinds.core.evidence import Evidence, named
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow_common.arrow import pa

# Such a share of the values must fit a kind.
MOST_FIT = 0.95


@dataclass(frozen=True)
class Found:
    """The kind of a column.

    Attributes:
        kind: The name of the kind.
        why: Reason for the kind, as in `Column`.
        separator: Text between the parts of a value, as in `Column`.
        format: Format in which numbers or dates are written.
        absent: The values that count as missing, beside those that always do.
        marks: What is missing in this column, as the user says it.
        doubt: What a user should look at, as a sentence; or None.
        warning: What a user must look at, as a sentence; or None.
    """

    kind: str
    why: str
    separator: str | None = None
    format: Any = None
    absent: tuple[str, ...] = ()
    marks: Marks = USUAL
    doubt: str | None = None
    warning: str | None = None

    def with_absent(self, absent: tuple[str, ...]) -> "Found":
        """Returns the same with more values that count as missing, ahead of others."""
        return replace(self, absent=(*absent, *self.absent))


def absent_of(known: Evidence, mask: np.ndarray) -> tuple[str, ...]:
    """Returns the values that are marked."""
    return tuple(known.tokens.filter(pa.array(mask)).to_pylist())


def with_missing(found: Found, known: Evidence) -> Found:
    """Returns what was found, with the marks that are missing in its reason."""
    tokens = known.tokens.to_pylist() if found.absent else []
    counts: dict[str, int | None] = dict(known.gone)
    for text in found.absent:
        rows = int(known.counts[tokens.index(text)])
        counts[text] = rows if known.complete else None
    if not counts:
        return found
    verb = "is" if len(counts) == 1 else "are"
    return replace(found, why=f"{found.why}; {named(counts)} {verb} missing")


def unfit(known: Evidence, good: np.ndarray, what: str) -> str:
    """Returns in words how many values are not as the others."""
    if good.all():
        return ""
    count = int(known.counts[~good].sum())
    if known.complete:
        many = f"{count} value{'s are' if count > 1 else ' is'}"
    else:
        many = f"about {max(1, round(100 * known.share(~good)))} % of values are"
    example, place = known.first_of(~good)
    return (
        f"; {many} {what} and count{'' if count > 1 else 's'} as missing, such as "
        f"{example[:20]!r} in {place}"
    )


def many(known: Evidence) -> str:
    """Returns in words how many values there are."""
    return f"{known.distinct}" if known.complete else f"at least {known.distinct}"


def mostly_differ(known: Evidence, share: float = MOST_FIT) -> bool:
    """Returns whether at least a share of the rows has a value of its own."""
    if known.complete:
        return known.distinct >= share * known.present
    return known.singles >= share
