"""Columns whose values are numbers, before their kind is known."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.found import unfit
from hotrow.tabular.values.numbers.detect import Reading
from hotrow.tabular.values.numbers.plain import (
    are_integers,
    have_leading_zeros,
    mask_of,
)
from hotrow.tabular.values.numbers.words import MONEY
from hotrow_common.arrow import pc

_LARGEST_AMOUNT = 1e38
_PHONE = r"^\+[0-9]{7,15}$"


@dataclass(frozen=True)
class NumberColumn:
    """A column of which 95 % of the values can be read as numbers.

    Attributes:
        known: What is known of the column, without words for missing values.
        reading: The way in which its numbers are written.
        context: What is known beside its values.
    """

    known: Evidence
    reading: Reading
    context: Context = field(default_factory=Context)

    @property
    def is_plain(self) -> bool:
        """Returns whether the numbers are digits and a point alone."""
        form = self.reading.format
        return bool(form.kind == "number" and form.plain)

    @cached_property
    def unfit(self) -> str:
        """The end of a sentence on values that are no numbers."""
        return unfit(self.known, self.reading.good, "no number")

    @cached_property
    def integers(self) -> np.ndarray | None:
        """The values that are integers, as float64, if all numbers are; else None."""
        if not self.is_plain:
            return None
        whole = self._whole
        if self.known.share(whole) < self.known.share(self.reading.good):
            return None
        numbers: np.ndarray = self.reading.format.read(self.known.tokens)[whole]
        return numbers

    @property
    def are_all_integers(self) -> bool:
        """Returns whether every value is an integer."""
        return self.is_plain and not self.unfit and bool(self._whole.all())

    @cached_property
    def have_leading_zeros(self) -> bool:
        """Returns whether 1 % of the values are digits with a zero ahead."""
        return self.known.share(have_leading_zeros(self.known.tokens)) >= 0.01

    def are_names(self) -> bool:
        """Returns whether these numbers are names: of telephones, or of few things."""
        if not self.is_plain:
            return are_few_with_unit(self.known, self.reading)
        if pc.all(pc.match_substring_regex(self.known.tokens, _PHONE)).as_py():
            return True
        integers = self.integers
        # Digits by the dozens are no amount.
        return integers is not None and not (np.abs(integers) <= _LARGEST_AMOUNT).all()

    @cached_property
    def _whole(self) -> np.ndarray:
        return are_integers(self.known.tokens)


def words_of(reading: Reading) -> str:
    """Returns in words how numbers are written, and why that is thought."""
    why = f", as {reading.why}" if reading.why else ""
    return "; ".join([f"{reading.format.words()}{why}", *reading.remarks])


def doubt_of(known: Evidence, reading: Reading) -> str | None:
    """Returns what else the numbers of a column might be, in sentences; or None."""
    doubts = [_doubt_of(known, reading)]
    doubts += [f"{known.name!r}: {question}" for question in reading.questions]
    return ". ".join(doubt for doubt in doubts if doubt) or None


def _doubt_of(known: Evidence, reading: Reading) -> str | None:
    if reading.doubt is not None:
        other = "," if reading.format.decimal == "." else "."
        return (
            f"{known.name!r}: {reading.doubt}. If that is wrong, pass "
            f"{argument(decimal={known.name: other})}"
        )
    form = reading.format
    if getattr(form, "unit", None) == "%" and not form.shares:
        bare = ~mask_of(pc.match_substring_regex(known.tokens, "[^-+0-9.,eE ]"))
        bare &= reading.format.read(known.tokens) != 0
        if bare.any():
            return (
                f"{known.name!r}: {known.named(bare, 2)} without % count as percent, "
                "too"
            )
    return None


def are_few_with_unit(known: Evidence, reading: Reading) -> bool:
    """Returns whether a few whole numbers with a unit are names, as in `3 stars`."""
    unit = reading.format.unit if reading.format.kind == "number" else None
    if unit is None or unit in MONEY or unit in ("%", "byte"):
        return False
    values = reading.format.read(known.tokens)[reading.good]
    whole = bool((values == np.round(values)).all())
    return whole and known.distinct <= 20 and known.present >= 20 * known.distinct
