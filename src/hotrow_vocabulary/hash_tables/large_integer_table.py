"""The hash table of a vocabulary of more integers than `IntegerTable` holds well."""

from typing import Any

import numpy as np

from hotrow_vocabulary.hash_tables.slots import (
    as_numpy,
    check_count,
    position_dtype,
    raise_duplicate,
    secret,
    slot_count,
)
from hotrow_vocabulary.hash_tables.words import BLOCK

_HALF = np.uint64(32)
_ONE = np.uint64(1)
_FACTOR = np.uint64(secret() | 1)


class LargeIntegerTable:
    """Finds integers from a wide range by open addressing.

    Args:
        keys: The tokens.
    """

    def __init__(self, keys: np.ndarray) -> None:
        check_count(keys.size)
        slots = slot_count(keys.size)
        self._shift = np.uint64(64 - slots.bit_length() + 1)
        self._mask = np.uint64(slots - 1)
        self._keys = np.zeros(slots, np.int64)
        self._places = np.full(slots, -1, position_dtype(keys.size))
        for start in range(0, keys.size, BLOCK):
            self._insert(keys[start : start + BLOCK], start)

    def _insert(self, keys: np.ndarray, start: int) -> None:
        rows = np.arange(start, start + keys.size)
        places = self._hash(keys)
        while rows.size:
            at = places.view(np.int64)
            free = self._places[at] < 0
            self._places[at[free]] = rows[free]
            mine = self._places[at] == rows
            self._keys[at[mine]] = keys[mine]
            left = np.flatnonzero(~mine)
            twins = left[self._keys[at[left]] == keys[left]]
            if twins.size:
                raise_duplicate(keys[twins[0]])
            rows, keys = rows[left], keys[left]
            places = (places[left] + _ONE) & self._mask

    def find(self, values: Any) -> np.ndarray:
        """Returns the position of each integer in the tokens, or -1."""
        keys = as_numpy(values)
        positions = np.empty(keys.size, self._places.dtype)
        for start in range(0, keys.size, BLOCK):
            block = keys[start : start + BLOCK]
            positions[start : start + block.size] = self._find(block)
        return positions

    def _find(self, keys: np.ndarray) -> np.ndarray:
        at = self._hash(keys).view(np.int64)
        positions = self._places.take(at, mode="wrap")
        rows = np.flatnonzero(self._keys.take(at, mode="wrap") != keys)
        rows = rows[positions[rows] >= 0]
        mask = self._mask.view(np.int64)
        at, keys = at[rows], keys[rows]
        while rows.size:
            at = (at + 1) & mask
            found = self._places[at]
            positions[rows] = found
            left = np.flatnonzero((found >= 0) & (self._keys[at] != keys))
            rows, at, keys = rows[left], at[left], keys[left]
        return positions

    def _hash(self, keys: np.ndarray) -> np.ndarray:
        hashes = keys.view(np.uint64) * _FACTOR
        hashes ^= hashes >> _HALF
        hashes *= _FACTOR
        return hashes >> self._shift
