"""The fit of the encoder of values that have several parts."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import SplitLookup
from hotrow.tabular.kinds.core.fit import FitOptions, WeightedFit
from hotrow.tabular.kinds.core.token_lists import TokenLists
from hotrow.tabular.kinds.core.value_counts import ValueCounts
from hotrow.tabular.values.lists import listed, split_parts
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.values import is_list

MOST_PARTS = 50


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
