"""The hash table of a vocabulary of integers from a wide range."""

from typing import Any

import numpy as np

from hotrow_vocabulary.hash_tables.slots import DuplicateKeys, as_numpy, raise_duplicate
from hotrow_vocabulary.hash_tables.word_table import WORD, WordTable
from hotrow_vocabulary.hash_tables.words import BLOCK


class IntegerTable:
    """Finds integers from a wide range.

    Args:
        keys: The tokens.
    """

    def __init__(self, keys: np.ndarray) -> None:
        self._table: WordTable | None = None
        if keys.size:
            try:
                self._table = WordTable([keys.view(WORD)], None, np.arange(keys.size))
            except DuplicateKeys as error:
                raise_duplicate(keys[error.position])

    def find(self, values: Any) -> np.ndarray:
        """Returns the position of each integer in the tokens, or -1."""
        keys = as_numpy(values).view(WORD)
        positions = np.full(keys.size, -1, np.int32)
        if self._table is not None:
            for start in range(0, keys.size, BLOCK):
                rows = slice(start, start + BLOCK)
                positions[rows] = self._table.find([keys[rows]], None)
        return positions
