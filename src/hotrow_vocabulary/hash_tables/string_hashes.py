"""Hashes of the strings of an Arrow array, made by NumPy.

A string is read in words of eight bytes, all strings of a block at once. Words may
start anywhere in the buffer, so no string is copied.
"""

import hashlib
from typing import Any

import numpy as np

from hotrow_vocabulary.hash_tables.slots import secret

# Longer strings would take a round of NumPy calls for each eight bytes; they are rare,
# and a hash of the standard library is faster for each alone.
LONG = 256

_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], np.uint64)
_SEED = np.uint64(secret() | 1)
_FACTOR = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


class Strings:
    """The bytes of a large_string array and where each string starts.

    Args:
        array: A pyarrow array of type large_string. What stands in the place of a
            missing value is read like a string.
    """

    def __init__(self, array: Any) -> None:
        count = len(array)
        _, offsets, data = array.buffers()
        if count == 0 or offsets is None:
            self.offsets = np.zeros(count + 1, np.int64)
        else:
            self.offsets = np.frombuffer(offsets, np.int64, count + 1, 8 * array.offset)
        self._data = np.frombuffer(data or b"", np.uint8)
        if self._data.size < 8:
            self._data = np.concatenate([self._data, np.zeros(8, np.uint8)])
        self._last = self._data.size - 8
        self._words: np.ndarray = np.ndarray(
            (self._last + 1,), np.dtype("<u8"), buffer=self._data, strides=(1,)
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def hashes(self, start: int, stop: int) -> np.ndarray:
        """Returns a 64-bit hash of each string from row `start` to row `stop`."""
        starts = self.offsets[start:stop]
        lengths = self.offsets[start + 1 : stop + 1] - starts
        hashes = lengths.astype(np.uint64) * _SEED
        longest = int(lengths.max(initial=0))
        long = longest > LONG
        if long:
            rows = np.flatnonzero(lengths <= LONG)
            longest = int(lengths[rows].max(initial=0))
        else:
            rows = None
        for step in range(0, longest, 8):
            if step:
                among = lengths if rows is None else lengths[rows]
                keep = among > step
                if not keep.all():
                    rows = np.flatnonzero(keep) if rows is None else rows[keep]
            if rows is None:
                words = self._read(starts + step, lengths - step)
                hashes = _mix(hashes, words)
            else:
                words = self._read(starts[rows] + step, lengths[rows] - step)
                hashes[rows] = _mix(hashes[rows], words)
        if long:
            for row in np.flatnonzero(lengths > LONG):
                digest = hashlib.blake2b(self.bytes_at(start + int(row)), digest_size=8)
                hashes[row] = int.from_bytes(digest.digest(), "little")
        # The low bits choose the slot, the high ones are compared: both need all bytes.
        return _mix(hashes, _SEED)

    def bytes_at(self, row: int) -> memoryview:
        """Returns the bytes of one string."""
        return self._data[self.offsets[row] : self.offsets[row + 1]].data

    def _read(self, at: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Returns the words at some bytes, with zeros for what lies past `left`."""
        if int(at.max(initial=0)) <= self._last:
            words = self._words[at]
        else:
            # The last strings of a buffer end less than eight bytes before its end.
            clipped = np.minimum(at, self._last)
            words = self._words[clipped] >> ((at - clipped) * 8).astype(np.uint64)
        words &= _MASKS.take(left, mode="clip")
        return words


def _mix(hashes: np.ndarray, words: Any) -> np.ndarray:
    hashes = (hashes ^ words) * _FACTOR
    hashes ^= hashes >> _HALF
    return hashes
