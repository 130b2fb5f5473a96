"""What is known of a column's values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Evidence:
    """What is known of a column's values: all of them, or a sample if they are many.

    Attributes:
        name: Of the column.
        type: The type that it has in Arrow.
        rows: How many rows there are, those with a missing value included.
        missing: In how many rows the value is missing.
        distinct: How many values there are; if not `complete`, at least so many.
        complete: Whether `tokens` are all values.
        singles: If not `complete`, about what share of values occurs only once.
        tokens: Values as text, each once, in the order in which they first occur.
        counts: How often each occurs, in the table or in the sample.
        first: The row in which each first occurs.
        place: Says in words where a row is.
    """

    name: str
    type: Any
    rows: int
    missing: int
    distinct: int
    complete: bool
    singles: float
    tokens: Any
    counts: np.ndarray
    first: np.ndarray
    place: Callable[[int], str]

    @property
    def present(self) -> int:
        """In how many rows there is a value."""
        return self.rows - self.missing

    def first_of(self, mask: np.ndarray) -> tuple[str, str]:
        """Returns the first value that is marked, and in words where it is."""
        places = np.flatnonzero(mask)
        place = int(places[np.argmin(self.first[places])])
        return str(self.tokens[place]), self.place(int(self.first[place]))

    def share(self, mask: np.ndarray) -> float:
        """Returns the share of the values in rows that are marked."""
        total = self.counts.sum()
        return float(self.counts[mask].sum() / total) if total else 0.0
