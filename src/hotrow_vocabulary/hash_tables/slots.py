"""Slots of the hash tables, and their errors."""

import secrets
from typing import Any

import numpy as np

# A slot of the large table of strings holds half a hash above and a position plus 1
# below.
MAX_TOKENS = 2**32 - 2


class DuplicateKeys(Exception):
    """Two keys are equal.

    Args:
        position: Position of one of them.
    """

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def slot_count(tokens: int) -> int:
    """Returns the slots of a large table, a power of two: at most half are taken."""
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


def position_dtype(count: int) -> type[np.signedinteger]:
    """Returns the dtype of the positions from 0 to `count - 1`, and of -1."""
    return np.int32 if count <= 2**31 else np.int64


def secret() -> int:
    """Returns 64 random bits: tokens cannot be chosen to collide in a hash of these.

    Tables are made anew in each process, so nothing that is saved depends on it.
    """
    return secrets.randbits(64)


def as_numpy(values: Any) -> np.ndarray:
    """Returns an int64 array of Arrow as NumPy sees it, missing values and all."""
    if len(values) == 0:
        return np.zeros(0, np.int64)
    data = values.buffers()[1]
    return np.frombuffer(data, np.int64, len(values), 8 * values.offset)
