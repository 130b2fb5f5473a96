"""The table of a vocabulary of integers that lie close together."""

from typing import Any

import numpy as np

from hotrow_vocabulary.hash_tables.slots import (
    as_numpy,
    position_dtype,
    raise_duplicate,
)
from hotrow_vocabulary.hash_tables.words import BLOCK


class DirectTable:
    """Finds integers that lie close together: one place for each integer of the range.

    Args:
        keys: The tokens.
    """

    def __init__(self, keys: np.ndarray) -> None:
        self._low = keys.min()
        width = int(keys.max()) - int(self._low) + 1
        # One place more, always empty, for keys outside of the range.
        self._places = np.full(width + 1, -1, position_dtype(keys.size))
        at = keys - self._low
        self._places[at] = np.arange(keys.size)
        wrong = np.flatnonzero(self._places[at] != np.arange(keys.size))
        if wrong.size:
            raise_duplicate(keys[wrong[0]])

    def find(self, values: Any) -> np.ndarray:
        """Returns the position of each integer in the tokens, or -1."""
        keys = as_numpy(values)
        outside = np.uint64(self._places.size - 1)
        positions = np.empty(keys.size, self._places.dtype)
        for start in range(0, keys.size, BLOCK):
            block = keys[start : start + BLOCK]
            # Below the range wraps around to far above it.
            at = block.view(np.uint64) - self._low.view(np.uint64)
            np.minimum(at, outside, out=at)
            self._places.take(
                at.view(np.int64),
                out=positions[start : start + block.size],
                mode="wrap",
            )
        return positions
