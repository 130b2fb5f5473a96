"""Columns of several values in one cell."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import SplitLookup
from hotrow.tabular.errors import TableError
from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions, WeightedFit
from hotrow.tabular.kinds.core.found import Found
from hotrow.tabular.kinds.core.given import AS_GIVEN
from hotrow.tabular.kinds.core.token_lists import TokenLists
from hotrow.tabular.kinds.core.value_counts import ValueCounts
from hotrow.tabular.kinds.kind import UsedKind
from hotrow.tabular.values.lists import listed, split_parts
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.values import is_list
from hotrow_common.arrow import pc

_SEPARATORS = ("|", ";", ",")
MOST_PARTS = 50


class Multi(UsedKind):
    """Several values in one cell, in a list or between separators; each has an id."""

    name = "multi"
    meaning = "several values in one cell"
    enters_as_ids = True
    allows_lists = True

    def by_type(self, known: Evidence) -> Found | None:
        """Recognizes Arrow lists."""
        return Found(self.name, "values are lists") if is_list(known.type) else None

    def by_text(self, known: Evidence) -> Found | None:
        """Recognizes parts that are short and recur.

        Between them stand `|` or `;`, in 30 % of the values, or `,`, in half of them.
        """
        separated = _separated(known)
        if separated is None:
            return None
        separator, why = separated
        return Found(self.name, why, separator)

    def as_given(self, known: Evidence, context: Context) -> Found:
        """Returns a column with the separator that is in most values.

        Raises:
            TableError: If no separator is in any.
        """
        separated = _separated(known, strict=False)
        if separated is None:
            raise TableError(
                f"The column {known.name!r} cannot be multi: no value has parts "
                "between |, ; or a comma. Leave it as it is, or make it text."
            )
        return Found(self.name, AS_GIVEN, separated[0])

    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns the fit of a `SplitLookup`."""
        return PartFit(found.separator, found.marks, options)


def _separated(known: Evidence, strict: bool = True) -> tuple[str, str] | None:
    """Returns what stands between parts, and why that is thought; or None.

    Args:
        known: What is known of the column.
        strict: Whether most values must have several parts, which are short and recur;
            otherwise a separator that occurs at all will do.
    """
    best: tuple[str, str] | None = None
    most = 0.0
    for separator in _SEPARATORS:
        having = pc.match_substring(known.tokens, separator)
        having = having.to_numpy(zero_copy_only=False)
        share = known.share(having)
        if share > most and (not strict or _recur(known, separator, share)):
            most = share
            why = f"{share:.0%} of values have several parts between {separator!r}"
            best = separator, why
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


class PartFit(WeightedFit):
    """Makes the encoder of parts of values, value by value.

    Args:
        separator: What stands between parts, or None if values are lists.
        marks: What is missing in the column.
        options: Sizes.
    """

    def __init__(
        self, separator: str | None, marks: Marks, options: FitOptions
    ) -> None:
        super().__init__(marks)
        self._separator = separator
        self._lists = TokenLists(options.training, options.max_size, options.memory)

    def take(self, counts: ValueCounts) -> bool:
        """Adds all values that were counted; of lists, these are parts already."""
        return self._separator is not None and super().take(counts)

    def add_rows(self, values: Any, training: np.ndarray) -> None:
        """Adds an Arrow array of raw values or lists, and whether each row trains."""
        if is_list(values.type):
            self._lists.add(listed(values, self.marks), training.astype(np.int64))
        else:
            super().add_rows(values, training)

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        assert self._separator is not None  # Only lists have none.
        self._lists.add(split_parts(texts, self._separator, self.marks), weights)

    def fitted(self) -> tuple[keras.Layer, np.ndarray]:
        """Returns the encoder, and how many training rows have each part."""
        vocabulary, counts = self._lists.vocabulary()
        layer = SplitLookup(
            vocabulary,
            length=self._lists.length(0.999, MOST_PARTS),
            separator=self._separator,
            marks=self.marks.to_json(),
        )
        return layer, counts
