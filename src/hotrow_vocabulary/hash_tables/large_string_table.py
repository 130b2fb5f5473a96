"""The hash table of a vocabulary of more strings than `StringTable` holds well."""

from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.hash_tables.slots import check_count, raise_duplicate, slot_count
from hotrow_vocabulary.hash_tables.string_hashes import Strings
from hotrow_vocabulary.hash_tables.words import BLOCK

_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)
_ONE = np.uint64(1)


class LargeStringTable:
    """Finds strings by open addressing, in rounds over a block of rows.

    Quickly made and small, for it holds no string; a lookup takes twice as long as in a
    `StringTable`.

    Args:
        tokens: A pyarrow array of type large_string.
    """

    def __init__(self, tokens: Any) -> None:
        self._tokens = tokens
        count = len(tokens)
        check_count(count)
        self._mask = np.uint64(slot_count(count) - 1)
        self._slots = np.zeros(int(self._mask) + 1, np.uint64)
        strings = Strings(tokens)
        for start in range(0, count, BLOCK):
            stop = min(start + BLOCK, count)
            self._insert(strings.hashes(start, stop), start, stop)

    def _insert(self, hashes: np.ndarray, start: int, stop: int) -> None:
        rows = np.arange(start, stop)
        entries = (hashes & ~_LOW) | (rows + 1).astype(np.uint64)
        places = hashes & self._mask
        while rows.size:
            found = self._slots[places]
            free = found == 0
            # Of several rows that want a slot the last gets it; the others see it next.
            self._slots[places[free]] = entries[free]
            found[free] = self._slots[places[free]]
            left = np.flatnonzero(found != entries)
            rows, entries, found = rows[left], entries[left], found[left]
            twins = np.flatnonzero((found ^ entries) >> _HALF == 0)
            if twins.size:
                others = (found[twins] & _LOW).astype(np.int64) - 1
                same = _equal(self._tokens, others, self._tokens.take(rows[twins]))
                if same.any():
                    raise_duplicate(self._tokens[int(rows[twins][same][0])].as_py())
            places = (places[left] + _ONE) & self._mask

    def find(self, values: Any) -> np.ndarray:
        """Returns the position of each string in the tokens, or -1.

        Args:
            values: A pyarrow array of type large_string.
        """
        strings = Strings(values)
        positions = np.empty(len(values), np.int64)
        for start in range(0, len(values), BLOCK):
            stop = min(start + BLOCK, len(values))
            hashes = strings.hashes(start, stop)
            positions[start:stop] = self._find(hashes, values[start:stop])
        return positions

    def _find(self, hashes: np.ndarray, values: Any) -> np.ndarray:
        positions = np.empty(hashes.size, np.int64)
        rows: Any = slice(None)
        places = (hashes & self._mask).view(np.int64)
        while hashes.size:
            found = self._probe(hashes, places)
            here = (found & _LOW).view(np.int64) - 1
            positions[rows] = here
            wrong = np.flatnonzero((found != 0) & ~_equal(self._tokens, here, values))
            if not wrong.size:
                break
            # Strings that share half of a hash with another: one pair in billions.
            rows = wrong if isinstance(rows, slice) else rows[wrong]
            hashes, values = hashes[wrong], values.take(pa.array(wrong))
            places = (places[wrong] + 1) & self._mask.view(np.int64)
        return positions

    def _probe(self, hashes: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Returns the entries that may be the rows', or 0, and moves `places` there."""
        found = self._slots.take(places, mode="wrap")
        rows = np.flatnonzero(((found ^ hashes) >> _HALF != 0) & (found != 0))
        at, wanted = places[rows], hashes[rows]
        while rows.size:
            at = (at + 1) & self._mask.view(np.int64)
            entries = self._slots[at]
            found[rows] = entries
            places[rows] = at
            left = np.flatnonzero(((entries ^ wanted) >> _HALF != 0) & (entries != 0))
            rows, at, wanted = rows[left], at[left], wanted[left]
        return found


def _equal(tokens: Any, positions: np.ndarray, values: Any) -> np.ndarray:
    """Returns which values are the tokens at some positions; at -1 anything goes."""
    if len(tokens) == 0:
        return np.zeros(len(values), bool)
    same = pc.equal(tokens.take(pa.array(np.maximum(positions, 0))), values)
    return same.fill_null(True).to_numpy(zero_copy_only=False)
