"""Evidence on a column: its values, how frequent and how complete they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hotrow.tabular.values.missing import USUAL, Marks
from hotrow_common.arrow import pa


@dataclass(frozen=True)
class Evidence:
    """The values of a column: all of them, or a sample if they are many.

    Attributes:
        name: Name of the column.
        type: The type that it has in Arrow.
        rows: How many rows there are, those with a missing value included.
        missing: Number of rows in which the value is missing.
        distinct: How many values there are; if not `complete`, at least so many.
        complete: Whether `tokens` are all values.
        singles: If not `complete`, about what share of values occurs only once.
        tokens: Values as text, each once, in the order in which they first occur.
        counts: How often each occurs, in the table or in the sample.
        first: The row in which each first occurs.
        place: Says in words where a row is.
        marks: What is missing in this column, as the user says it.
        gone: Marks that are missing whatever stands beside them, and how often each is.
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
    marks: Marks = USUAL
    gone: dict[str, int] = field(default_factory=dict)

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

    def rows_of(self, mask: np.ndarray) -> int:
        """Returns in how many rows a value is marked; about, if not `complete`."""
        if self.complete:
            return int(self.counts[mask].sum())
        return round(self.share(mask) * self.present)

    def words(self) -> np.ndarray:
        """Returns which values are words for a missing value, beside numbers."""
        return self.marks.are_words(self.tokens)

    def without(self, mask: np.ndarray) -> "Evidence":
        """Returns what is known if some values count as missing."""
        if not mask.any():
            return self
        kept = ~mask
        return replace(
            self,
            missing=self.missing + self.rows_of(mask),
            distinct=max(1, self.distinct - int(mask.sum())),
            tokens=self.tokens.filter(pa.array(kept)),
            counts=self.counts[kept],
            first=self.first[kept],
        )

    def named(self, mask: np.ndarray, most: int = 4) -> str:
        """Returns some values and how often each occurs, in words."""
        order = np.flatnonzero(mask)
        texts = self.tokens.take(pa.array(order)).to_pylist()
        counts = self.counts[order].tolist() if self.complete else [None] * len(order)
        return named(dict(zip(texts, counts, strict=True)), most)

    def merged(self, tokens: Any) -> "Evidence":
        """Returns what is known if values have other names, of which some are equal."""
        if tokens.equals(self.tokens):
            return self
        encoded = tokens.dictionary_encode()
        at = encoded.indices.cast(pa.int64()).to_numpy()
        size = len(encoded.dictionary)
        first = np.full(size, np.iinfo(np.int64).max)
        np.minimum.at(first, at, self.first)
        return replace(
            self,
            distinct=self.distinct - len(self.tokens) + size,
            tokens=encoded.dictionary,
            counts=np.bincount(at, self.counts, size).astype(np.int64),
            first=first,
        )


def named(counts: Mapping[str, int | None], most: int = 4) -> str:
    """Returns values and how often each occurs, in words, the most frequent first."""
    order = sorted(counts, key=lambda text: -(counts[text] or 0))
    shown = [
        repr(text[:20]) + ("" if counts[text] is None else f" ({counts[text]:,})")
        for text in order[:most]
    ]
    if len(order) > most:
        shown.append(f"{len(order) - most} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
