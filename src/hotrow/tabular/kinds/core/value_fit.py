"""The fit of the encoder of values that have an id each."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import ValueLookup
from hotrow.tabular.encoders.value_lookup import MISSING_TOKEN
from hotrow.tabular.kinds.core.fit import Fit, FitOptions
from hotrow.tabular.kinds.core.value_counts import ValueCounts
from hotrow.tabular.kinds.core.vocabularies import (
    min_count,
    rows_by_id,
    trained,
    vocabulary_of,
)
from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.values import Distinct, labels
from hotrow_common.arrow import pa


class ValueFit(Fit):
    """Makes the encoder of categories or codes.

    Args:
        layer: The class of the encoder.
        marks: What is missing in the column.
        options: Sizes.
        words_are_values: Whether words such as `NA` are values like others, if they are
            as frequent as these; beside numbers, they stand for missing values.
    """

    def __init__(
        self,
        layer: type[ValueLookup],
        marks: Marks,
        options: FitOptions,
        *,
        words_are_values: bool,
    ) -> None:
        super().__init__(marks)
        self._layer, self._options = layer, options
        self._words_are_values = words_are_values
        self._counts = ValueCounts(*options.memory)

    def take(self, counts: ValueCounts) -> bool:
        """Takes the counts: the values that were forgotten are rare ones."""
        if counts.stopped:
            return False
        self._counts = counts
        return True

    def add_distinct(self, values: Distinct, training: np.ndarray) -> None:
        """Adds values of some rows, and whether each row trains."""
        self._counts.add(values, training, np.arange(len(training)))

    def fitted(self) -> tuple[keras.Layer, np.ndarray]:
        """Returns the encoder, and how many training rows have each id."""
        training, missing = self._options.training, self._options.missing
        tokens, counts = _labelled(*trained(self._counts.table()))
        words = self.marks.are_words(tokens)
        kept = counts >= min_count(training)
        absent = words & ~kept if self._words_are_values else words
        missing_as = MISSING_TOKEN if missing else _missing_as(tokens, counts, words)
        missing += int(counts[absent].sum())
        kept &= ~absent
        # Values that were forgotten while counting are out of vocabulary, too.
        oov = training - missing - int(counts[kept].sum())
        tokens, counts = tokens.filter(pa.array(kept)), counts[kept]
        if missing:
            # Where one row lacks a value, others will: it has an id in any case.
            tokens = pa.concat_arrays([tokens, pa.array([MISSING_TOKEN], tokens.type)])
            counts = np.append(counts, missing)
            missing_as = MISSING_TOKEN
        vocabulary = vocabulary_of(tokens, counts, 1, self._options.max_size)
        totals = rows_by_id(vocabulary, tokens, counts)
        totals[1] += oov
        marks = self.marks.to_json()
        return self._layer(vocabulary, missing_as=missing_as, marks=marks), totals


def _labelled(tokens: Any, counts: np.ndarray) -> tuple[Any, np.ndarray]:
    """Returns values by the names that categories have, each once."""
    names = labels(tokens)
    if names.equals(tokens):
        return tokens, counts
    encoded = names.dictionary_encode()
    codes = encoded.indices.cast(pa.int64()).to_numpy()
    sums = np.bincount(codes, counts, len(encoded.dictionary))
    return encoded.dictionary, sums.astype(np.int64)


def _missing_as(tokens: Any, counts: np.ndarray, words: np.ndarray) -> str:
    """Returns the word that missing values are, if one is as frequent as others are.

    pandas reads a column in which `None` is a value as one in which values are missing.
    """
    if not words.any():
        return MISSING_TOKEN
    most = int(np.argmax(np.where(words, counts, 0)))
    return str(tokens[most]) if counts[most] >= counts.mean() else MISSING_TOKEN
