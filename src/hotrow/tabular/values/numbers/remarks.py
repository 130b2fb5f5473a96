"""Remarks on the numbers of a column: what was read beside digits, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow.tabular.values.numbers.affixes import prefixes, suffixes
from hotrow.tabular.values.numbers.marks import FOOTNOTE, TRIANGLES, minus_of
from hotrow.tabular.values.numbers.number_format import NumberFormat
from hotrow.tabular.values.numbers.parts import Parts
from hotrow.tabular.values.numbers.plain import mask_of
from hotrow_common.arrow import pa, pc

# Percentages are so many times as large as shares of 1, or it is not clear.
_FAR = 10


@dataclass(frozen=True)
class Said:
    """What there is to say of the numbers of a column.

    Attributes:
        format: The way in which they are written.
        parts: Their parts.
        good: Which of the parts are numbers.
        tokens: The values of the column.
        counts: In how many rows each value is.
    """

    format: NumberFormat
    parts: Parts
    good: np.ndarray
    tokens: Any
    counts: np.ndarray

    def remarks(self) -> Iterator[str]:
        """Yields what was read beside digits, in words."""
        sign, power, _ = self.format.measures(self.parts)
        before, after = self.parts.places
        times = {
            self.parts.afters[at].strip()
            for at in np.unique(after[self.good & (power > 0)])
        }
        if times - {""}:
            yield f"{' and '.join(map(repr, sorted(times - {''})[:4]))} multiply"
        negative = self.good & (sign < 0)
        if any("(" in self.parts.befores[at] for at in np.unique(before[negative])):
            yield "negative in parentheses"
        signs = [text for text in TRIANGLES if self._with(text).any()]
        for text in signs:
            yield f"{text!r} is {'minus' if text in self.format.minus else 'plus'}"
        for mark, what in (("<", "bounds"), ("~", "approximate")):
            found = self.good & marked(self.parts, mark)
            yield from self._number_of(found, f"are {what}")
        notes = mask_of(pc.match_substring_regex(self.tokens, FOOTNOTE))
        footnotes = self.good & (notes[self.parts.rows] | marked(self.parts, "*"))
        yield from self._number_of(footnotes, "have a footnote")
        zeros = self.format.zeros(self.tokens)
        if zeros.any():
            yield f"{self.tokens.filter(pa.array(zeros))[0].as_py()!r} is 0"
        if self.format.unit is not None:
            rows = self._rows(self.good & bare(self.parts))
            if rows:
                shares = ", and are shares of 1" if self.format.shares else ""
                yield f"{rows:,} without a unit{shares}"

    def questions(self) -> Iterator[str]:
        """Yields what is not sure, and what to do, in sentences."""
        _, why = minus_of([*self.parts.befores, *self.parts.afters])
        minus = [self._with(text) for text in self.format.minus]
        if why is not None and np.any(minus):
            example = self._example(np.any(minus, axis=0))
            yield (
                f"{example!r} is read as {self._read(example):g}, since {why}. If that "
                "is wrong, write + or - in its place"
            )
        if self.format.shares:
            example = self._example(self.good & bare(self.parts))
            yield (
                f"{example!r} without % is read as {self._read(example):g} %, since "
                "none without % is above 1 and those with % are far larger. If that is "
                "wrong, write % in all"
            )

    def _with(self, sign: str) -> np.ndarray:
        """Returns which numbers have a sign before or after them."""
        sides = zip(
            (self.parts.befores, self.parts.afters), self.parts.places, strict=True
        )
        having = [np.array([sign in text for text in texts])[at] for texts, at in sides]
        return self.good & (having[0] | having[1])

    def _number_of(self, found: np.ndarray, what: str) -> Iterator[str]:
        if found.any():
            example = self._example(found)
            yield f"{self._rows(found):,} {what}, such as {example!r}"

    def _rows(self, found: np.ndarray) -> int:
        return int(self.counts[self.parts.rows[found]].sum())

    def _example(self, found: np.ndarray) -> str:
        return str(self.tokens[int(self.parts.rows[found][0])])

    def _read(self, text: str) -> float:
        return float(self.format.read([text])[0])


def marked(parts: Parts, mark: str) -> np.ndarray:
    """Returns which numbers have a mark before or after them, as `Affix` names it."""
    before, after = (
        np.array([any(one.mark == mark for one in read(text)) for text in texts], bool)
        for read, texts in ((prefixes, parts.befores), (suffixes, parts.afters))
    )
    at = parts.places
    return before[at[0]] | after[at[1]]


def bare(parts: Parts) -> np.ndarray:
    """Returns which numbers have no unit."""
    before, after = (
        np.array([all(one.unit is None for one in read(text)) for text in texts], bool)
        for read, texts in ((prefixes, parts.befores), (suffixes, parts.afters))
    )
    at = parts.places
    return before[at[0]] & after[at[1]]


def are_shares(
    found: NumberFormat, parts: Parts, good: np.ndarray, values: np.ndarray
) -> bool:
    """Returns whether numbers without a percent sign are shares of 1 beside others.

    None of them is above 1, not all are whole, and those with a sign are far larger.
    """
    if found.unit != "%":
        return False
    none = bare(parts)
    shares, others = np.abs(values[good & none]), np.abs(values[good & ~none])
    shares, others = shares[shares > 0], others[others > 0]
    if not shares.size or not others.size or shares.max() > 1:
        return False
    if (shares == 1).all():
        return False
    return bool(np.median(others) >= _FAR * np.median(shares))
