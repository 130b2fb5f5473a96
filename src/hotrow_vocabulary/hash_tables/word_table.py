"""A hash table from keys of a few 64-bit words to positions, read by whole arrays.

It is a perfect hash, by hashing and displacing (Belazzougui, Botelho and
Dietzfelbinger, "Hash, displace, and compress", 2009). Keys fall into small buckets; for
each bucket the builder tries one pilot after another, until each of its keys has a row
of its own. To look a key up is then one pilot, one row and one comparison of the whole
key. There is no second probe, so an array of keys takes a fixed number of NumPy calls,
whatever the keys are and however full the table is.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from hotrow_vocabulary.hash_tables.slots import DuplicateKeys, secret

WORD = np.dtype("<u8")
_HALF = np.uint64(32)
# Fuller tables and larger buckets save memory and take longer to make.
_FULLNESS = 2 / 3
_KEYS_IN_A_BUCKET = 3
_PILOTS = np.arange(4096, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_KEY = secret()


class WordTable:
    """Finds keys of a fixed number of words.

    Args:
        words: The keys, one or more: an array of uint64 for each word.
        tags: A number below `2**32` that belongs to each key too, or None.
        positions: Value of each key, from 0 to `2**31 - 1`.

    Raises:
        DuplicateKeys: If two keys are equal.
    """

    def __init__(
        self,
        words: Sequence[np.ndarray],
        tags: np.ndarray | None,
        positions: np.ndarray,
    ) -> None:
        for seed in itertools.count():
            # A seed may fail by chance, or where someone chose the keys to that end.
            self._factors = _odd_numbers(seed, len(words) + 3)
            hashes = self._hash(words, tags)
            order = np.argsort(hashes)
            hashes = hashes[order]
            alike = np.flatnonzero(hashes[1:] == hashes[:-1])
            if alike.size:
                _refuse_twins(words, tags, positions, order[alike], order[alike + 1])
            elif self._choose_pilots(hashes):
                break
        heads = positions.astype(np.uint64) << _HALF
        if tags is not None:
            heads |= tags.view(np.uint64)
        columns = [heads, *words]
        self._rows = np.empty((self._size, len(columns)), WORD)
        # A row without a key of its own holds one that is looked for elsewhere.
        self._rows[:] = [column[0] for column in columns]
        at = self._place(hashes, _PILOTS[self._pilots[self._bucket(hashes)]])
        for column, values in enumerate(columns):
            self._rows[at, column] = values[order]

    def find(self, words: Sequence[np.ndarray], tags: np.ndarray | None) -> np.ndarray:
        """Returns the int32 position of each key, or -1."""
        hashes = self._hash(words, tags)
        pilots = self._pilots.take(self._bucket(hashes), mode="clip")
        pilots = _PILOTS.take(pilots, mode="clip")
        rows = self._rows.take(self._place(hashes, pilots), axis=0, mode="clip")
        heads = rows[:, 0]
        positions = (heads >> _HALF).astype(np.int32)
        found = rows[:, 1] == words[0]
        for column, word in enumerate(words[1:], 2):
            found &= rows[:, column] == word
        if tags is not None:
            found &= heads.astype(np.uint32) == tags
        if not found.all():
            positions[~found] = -1
        return positions

    def _hash(self, words: Sequence[np.ndarray], tags: np.ndarray | None) -> np.ndarray:
        """Returns 64 bits for each key: a sum of products, and its bits mixed."""
        hashes: np.ndarray = words[0] * self._factors[3]
        for word, factor in zip(words[1:], self._factors[4:], strict=True):
            hashes += word * factor
        if tags is not None:
            hashes += tags.view(np.uint64) * self._factors[2]
        hashes ^= hashes >> _HALF
        hashes *= self._factors[0]
        return hashes

    def _bucket(self, hashes: np.ndarray) -> np.ndarray:
        return (hashes >> self._bucket_shift).view(np.int64)

    def _place(self, hashes: np.ndarray, pilots: np.ndarray) -> np.ndarray:
        places = hashes ^ pilots
        places *= self._factors[1]
        # The high half, brought from 2**32 to the size without a division (Lemire,
        # "Fast random integer generation in an interval", 2019).
        places >>= _HALF
        places *= np.uint64(self._size)
        places >>= _HALF
        return places.view(np.int64)

    def _choose_pilots(self, hashes: np.ndarray) -> bool:
        """Finds a pilot for each bucket of sorted, distinct hashes; says if it did."""
        self._size = max(2, int(hashes.size / _FULLNESS))
        buckets = max(1, hashes.size // _KEYS_IN_A_BUCKET)
        bits = (buckets - 1).bit_length()
        # NumPy defines a shift by the whole width: it leaves 0.
        self._bucket_shift = np.uint64(64 - bits)
        counts = np.bincount(self._bucket(hashes), minlength=1 << bits)
        starts = np.cumsum(counts) - counts
        # Numbers of pilots, not pilots: a quarter of the memory to read at random.
        self._pilots = np.zeros(1 << bits, np.uint16)
        taken = np.zeros(self._size, bool)
        owner = np.zeros(self._size, np.uint32)
        # The fullest buckets first, while there is the most room.
        for count in range(int(counts.max()), 0, -1):
            waiting = np.flatnonzero(counts == count)
            for number, pilot in enumerate(_PILOTS):
                if not waiting.size:
                    break
                keys = starts[waiting][:, None] + np.arange(count)
                places = self._place(hashes[keys], pilot)
                free = np.flatnonzero(~taken[places].any(axis=1))
                keys, places = keys[free], places[free]
                # Where two keys want a row, the last to write it reads its own number.
                owner[places] = keys
                won = np.flatnonzero((owner[places] == keys).all(axis=1))
                taken[places[won]] = True
                self._pilots[waiting[free[won]]] = number
                waiting = np.delete(waiting, free[won])
            if waiting.size:
                return False
        return True


def _odd_numbers(seed: int, count: int) -> np.ndarray:
    generator = np.random.Generator(np.random.PCG64([_KEY, seed]))
    return generator.integers(0, 2**64, count, np.uint64) | np.uint64(1)


def _refuse_twins(
    words: Sequence[np.ndarray],
    tags: np.ndarray | None,
    positions: np.ndarray,
    some: np.ndarray,
    others: np.ndarray,
) -> None:
    equal = np.ones(some.size, bool)
    for column in words if tags is None else [*words, tags]:
        equal &= column[some] == column[others]
    if equal.any():
        raise DuplicateKeys(int(positions[some[equal][0]]))
