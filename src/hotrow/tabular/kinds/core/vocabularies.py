"""Vocabularies out of the values of training rows."""

from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.ordering import one_array
from hotrow_vocabulary.vocabulary import Vocabulary

# In tables of so many training rows, a value must be in two of them to get an id: the
# others train the id of unknown values.
_LARGE = 1000


def min_count(training: int) -> int:
    """Returns in how many training rows a value must be to get an id."""
    return 2 if training >= _LARGE else 1


def trained(table: Any) -> tuple[Any, np.ndarray]:
    """Returns the values in training rows, and how many rows each has."""
    table = table.filter(pc.greater(table["train"], 0)).combine_chunks()
    return one_array(table["token"]), table["train"].to_numpy()


def vocabulary_of(tokens: Any, counts: np.ndarray, least: int, most: int) -> Vocabulary:
    """Returns the most frequent values, each in so many rows or more."""
    table = pa.table({"token": tokens, "count": pa.array(counts, pa.int64())})
    return Vocabulary.from_counts(table, min_count=least, max_size=most)


def rows_by_id(vocabulary: Vocabulary, tokens: Any, counts: np.ndarray) -> np.ndarray:
    """Returns how many rows have each id."""
    ids = vocabulary.encode(tokens)
    return np.bincount(ids, counts, len(vocabulary)).astype(np.int64)
