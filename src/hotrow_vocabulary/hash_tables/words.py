"""The strings of an Arrow array as words of eight bytes, read by NumPy.

A string is read in words that are filled up with zeros, all strings of a block and of a
width at once. There are few widths, so that a block of mixed lengths takes few calls,
and short strings little memory.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from hotrow_vocabulary.hash_tables.word_table import WORD

# Widths in words. Longer strings, which are rare, are a matter for Python's dict.
WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16)
LONG = len(WIDTHS)
# A block of rows and what is made of it stay in the processor's cache.
BLOCK = 1 << 14

_WIDTH_OF = np.searchsorted(8 * np.array(WIDTHS), np.arange(8 * WIDTHS[-1] + 2))
_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], WORD)
_IN_WORD, _BITS = np.int64(63), np.uint64(64)


def blocks(array: Any) -> "Iterator[tuple[int, Block]]":
    """Yields the rows of a large_string array in blocks, each with its first row.

    What stands in the place of a missing value is read like a string.
    """
    count = len(array)
    _, offsets, data = array.buffers()
    if count == 0 or offsets is None:
        starts = np.zeros(count + 1, np.int64)
    else:
        starts = np.frombuffer(offsets, np.int64, count + 1, 8 * array.offset)
    data = np.frombuffer(data or b"", np.uint8)
    for row in range(0, count, BLOCK):
        yield row, Block(starts[row : row + BLOCK + 1], data)


class Block:
    """A few thousand strings, copied to where the first starts on a word.

    Args:
        offsets: Start of each string in `data`, and the end of the last one.
        data: Bytes.
    """

    def __init__(self, offsets: np.ndarray, data: np.ndarray) -> None:
        first, end = int(offsets[0]), int(offsets[-1])
        self._bytes = data[first:end]
        # One word more than there are, which is read together with the last one.
        self._words = np.empty(((end - first) >> 3) + 2, WORD)
        view = self._words.view(np.uint8)
        view[: end - first] = self._bytes
        view[end - first :] = 0
        self._starts = offsets[:-1] - first
        self._lengths = np.diff(offsets)

    def __len__(self) -> int:
        return self._lengths.size

    def by_width(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yields the places in `WIDTHS` that occur, or `LONG`, and the rows of each."""
        widths = _WIDTH_OF.take(self._lengths, mode="clip")
        for width in np.flatnonzero(np.bincount(widths)):
            yield int(width), np.flatnonzero(widths == width)

    def words(
        self, rows: np.ndarray, width: int
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """Returns strings as words, and their lengths in bytes.

        Args:
            rows: Positions of strings, such as `by_width` yields.
            width: A place in `WIDTHS`.
        """
        narrower = WIDTHS[width - 1] if width else 0
        starts, lengths = self._starts.take(rows), self._lengths.take(rows)
        at = starts >> 3
        starts <<= 3
        starts &= _IN_WORD
        down = starts.view(np.uint64)
        up = _BITS - down
        # A string starts anywhere in a word, so that each of its words lies in two.
        here = self._words.take(at, mode="clip")
        words = []
        for column in range(WIDTHS[width]):
            at += 1
            following = self._words.take(at, mode="clip")
            # NumPy defines a shift by the whole width: it leaves 0.
            word = here >> down
            word |= following << up
            if column >= narrower:
                word &= _MASKS.take(lengths - 8 * column, mode="clip")
            words.append(word)
            here = following
        return words, lengths

    def texts(self, rows: np.ndarray) -> list[bytes]:
        """Returns strings as bytes."""
        starts, ends = self._starts[rows], self._starts[rows] + self._lengths[rows]
        return [
            self._bytes[start:end].tobytes()
            for start, end in zip(starts, ends, strict=True)
        ]
