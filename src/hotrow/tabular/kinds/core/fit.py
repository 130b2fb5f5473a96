"""Contract of fits: encoders out of the values of training rows."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from hotrow.tabular.kinds.core.value_counts import ValueCounts
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow.tabular.values.values import Distinct, read_distinct
from hotrow_vocabulary.ordering import one_array


@dataclass(frozen=True)
class FitOptions:
    """Sizes that an encoder is fitted to.

    Attributes:
        training: Number of training rows.
        missing: Number of training rows in which the value of the column is missing.
        max_size: Number of ids of a column, at most.
        memory: Number of values to count, and of their bytes, at most.
    """

    training: int
    missing: int
    max_size: int
    memory: tuple[int, int]


class Fit(ABC):
    """Makes the encoder of a column out of the values of its training rows.

    Values come either from the counts of the first pass over the table, by `take`, or
    batch by batch in a second one, by `add_rows`.

    Args:
        marks: What is missing in the column.
    """

    def __init__(self, marks: Marks = USUAL) -> None:
        self.marks = marks

    @abstractmethod
    def take(self, counts: ValueCounts) -> bool:
        """Takes the counts of the first pass. Returns whether these are enough."""

    @abstractmethod
    def add_distinct(self, values: Distinct, training: np.ndarray) -> None:
        """Adds values of some rows, and whether each row trains."""

    def add_rows(self, values: Any, training: np.ndarray) -> None:
        """Adds an Arrow array of raw values, and whether each row trains."""
        self.add_distinct(read_distinct(values, marks=self.marks), training)

    @abstractmethod
    def fitted(self) -> tuple[keras.Layer, np.ndarray | None]:
        """Returns the encoder, and how many training rows have each id, if it has."""


class WeightedFit(Fit):
    """Makes an encoder out of distinct values with the number of rows of each."""

    @abstractmethod
    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""

    def take(self, counts: ValueCounts) -> bool:
        """Adds all values that were counted, unless some were forgotten."""
        if not counts.complete:
            return False
        table = counts.table()
        self.add(one_array(table["token"]), table["train"].to_numpy())
        return True

    def add_distinct(self, values: Distinct, training: np.ndarray) -> None:
        """Adds values of some rows, and whether each row trains."""
        codes = values.codes[training & (values.codes >= 0)]
        self.add(values.tokens, np.bincount(codes, minlength=len(values.tokens)))
