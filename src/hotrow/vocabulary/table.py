"""Hash tables from tokens to their positions, made once and read many times.

Tables are made anew from the tokens and never saved, so the hash may change. A string
is compared byte by byte once its hash has led to a token: equal hashes are not enough.
"""

from typing import Any

import numpy as np

from hotrow.vocabulary.arrow import pa, pc
from hotrow.vocabulary.strings import BLOCK, Strings

# A slot of the table of strings holds half a hash above and a position plus 1 below.
MAX_TOKENS = 2**32 - 2

_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)
_ONE = np.uint64(1)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def make_table(tokens: Any) -> "StringTable | DirectTable | IntegerTable":
    """Returns the table of an Arrow array of tokens, of which no two are equal."""
    if not pa.types.is_int64(tokens.type):
        return StringTable(tokens)
    keys = _as_numpy(tokens)
    if keys.size and int(keys.max()) - int(keys.min()) < 8 * keys.size + 1024:
        return DirectTable(keys)
    return IntegerTable(keys)


class StringTable:
    """Finds strings by open addressing, in rounds over a block of rows.

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


class DirectTable:
    """Finds integers that lie close together: one place for each integer of the range.

    Args:
        keys: The tokens.
    """

    def __init__(self, keys: np.ndarray) -> None:
        self._low = keys.min()
        width = int(keys.max()) - int(self._low) + 1
        # One place more, always empty, for keys outside of the range.
        self._places = np.full(width + 1, -1, _position_dtype(keys.size))
        at = keys - self._low
        self._places[at] = np.arange(keys.size)
        wrong = np.flatnonzero(self._places[at] != np.arange(keys.size))
        if wrong.size:
            raise_duplicate(keys[wrong[0]])

    def find(self, values: Any) -> np.ndarray:
        """Returns the position of each integer in the tokens, or -1."""
        keys = _as_numpy(values)
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


class IntegerTable:
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
        self._places = np.full(slots, -1, _position_dtype(keys.size))
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
        keys = _as_numpy(values)
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


def slot_count(tokens: int) -> int:
    """Returns the slots of a table, a power of two: at most half of them are taken."""
    return 1 << max(4, (2 * tokens - 1).bit_length())


def check_count(tokens: int) -> None:
    """Raises `ValueError` for more tokens than a slot can tell apart."""
    if tokens > MAX_TOKENS:
        raise ValueError(
            f"A vocabulary holds at most {MAX_TOKENS} tokens. Received: {tokens} "
            "tokens. Pass `max_size` or `min_count` to keep the frequent ones."
        )


def raise_duplicate(token: Any) -> None:
    """Raises `ValueError` for a token that a vocabulary holds twice."""
    if not isinstance(token, str):
        token = int(token)
    raise ValueError(
        f"A vocabulary holds each token once. Received: {token!r} twice. Remove one, "
        "or pass counts of tokens to `Vocabulary.from_counts`, which adds them up."
    )


def _position_dtype(count: int) -> type[np.signedinteger]:
    return np.int32 if count <= 2**31 else np.int64


def _as_numpy(values: Any) -> np.ndarray:
    if len(values) == 0:
        return np.zeros(0, np.int64)
    data = values.buffers()[1]
    return np.frombuffer(data, np.int64, len(values), 8 * values.offset)
