"""Counts of the tokens in lists of words or of parts."""

from typing import Any

import numpy as np

from hotrow.tabular.kinds.core.value_counts import ValueCounts
from hotrow.tabular.kinds.core.vocabularies import (
    min_count,
    rows_by_id,
    trained,
    vocabulary_of,
)
from hotrow.tabular.values.lists import lengths_of, rows_with
from hotrow_common.arrow import pa
from hotrow_vocabulary.vocabulary import Vocabulary


class TokenLists:
    """Counts the tokens of lists, and the lengths of the lists.

    Args:
        training: How many rows train.
        most: How many tokens get an id at most.
        memory: How many tokens and how many bytes are counted at most.
    """

    def __init__(self, training: int, most: int, memory: tuple[int, int]) -> None:
        self._training, self._most = training, most
        self._counts = ValueCounts(*memory)
        self._lengths = np.zeros(1, np.int64)

    def add(self, lists: Any, weights: np.ndarray) -> None:
        """Adds lists of tokens, and how many training rows have each."""
        tokens, counts = rows_with(lists, weights)
        kept = counts > 0
        zeros = np.zeros(int(kept.sum()), np.int64)
        self._counts.add_table(
            pa.table(
                {
                    "token": tokens.filter(pa.array(kept)),
                    "count": counts[kept],
                    "train": counts[kept],
                    "first": zeros,
                }
            )
        )
        lengths = np.bincount(lengths_of(lists), weights).astype(np.int64)
        size = max(len(lengths), len(self._lengths))
        total = np.zeros(size, np.int64)
        total[: len(lengths)] += lengths
        total[: len(self._lengths)] += self._lengths
        self._lengths = total

    def length(self, share: float, most: int) -> int:
        """Returns how many tokens hold the whole of a share of the rows with any."""
        lengths = self._lengths[1:]
        if not lengths.sum():
            return 1
        places = np.cumsum(lengths)
        return min(most, int(np.searchsorted(places, share * places[-1])) + 1)

    def vocabulary(self) -> tuple[Vocabulary, np.ndarray]:
        """Returns the vocabulary, and how many training rows have each id."""
        tokens, counts = trained(self._counts.table())
        vocabulary = vocabulary_of(
            tokens, counts, min_count(self._training), self._most
        )
        return vocabulary, rows_by_id(vocabulary, tokens, counts)
