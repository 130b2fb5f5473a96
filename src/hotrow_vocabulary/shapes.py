"""Flat ids brought to the shape that their tokens came in."""

from typing import Any

import numpy as np

from hotrow_common.arguments import as_size
from hotrow_vocabulary.inputs import Values

_SIDES = ("pre", "post")


def check(length: Any, ragged: bool, padding: bool, batches: bool) -> None:
    """Raises `ValueError` for a shape that ids cannot be brought to.

    Args:
        length: Number of columns of the matrix, or None.
        ragged: Whether rows stay as long as they are.
        padding: Whether there is an id of padding.
        batches: Whether the tokens come in batches.
    """
    if length is not None and ragged:
        raise ValueError(
            "Rows become a matrix or stay ragged. Received: "
            f"length={length!r} and ragged=True. Pass one of them."
        )
    if length is not None and not padding:
        raise ValueError(
            "A vocabulary without an id of padding cannot fill rows. Received: "
            f"length={length!r} with reserve_padding=False. Make the vocabulary with "
            "`reserve_padding=True`, or pass `ragged=True`."
        )
    if ragged and batches:
        raise ValueError(
            "ragged=True is for one batch of rows. Received: an iterable of "
            "batches. Encode each batch."
        )


def shaped(ids: np.ndarray, values: Values) -> np.ndarray:
    """Returns ids in the shape of their tokens."""
    if values.offsets is None:
        return ids.reshape(values.shape)
    lengths = np.diff(values.offsets)
    if lengths.size and (lengths != lengths[0]).any():
        raise ValueError(
            "Rows of several lengths make no matrix of ids. Received: "
            f"{lengths.size} rows of {lengths.min()} to {lengths.max()} tokens. Pass "
            "`length` to pad and truncate them, or `ragged=True` for (values, offsets)."
        )
    width = int(lengths[0]) if lengths.size else 0
    return ids.reshape(lengths.size, width)


def ragged(ids: np.ndarray, values: Values) -> tuple[np.ndarray, np.ndarray]:
    """Returns the ids of all rows, one after the other, and where each row starts."""
    return ids, _offsets(values, "ragged=True")


def padded(
    ids: np.ndarray,
    values: Values,
    length: Any,
    fill: int,
    padding: str,
    truncating: str,
) -> np.ndarray:
    """Returns a matrix of ids of `length` columns, as `pad_sequences` would."""
    length = as_size(length, "length")
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in _SIDES:
            raise ValueError(
                f'`{name}` must be "pre" or "post". Received: {name}={side!r}.'
            )
    offsets = _offsets(values, f"length={length}")
    lengths = np.diff(offsets)
    kept = np.minimum(lengths, length)
    first = offsets[:-1] + (lengths - kept if truncating == "pre" else 0)
    column = length - kept if padding == "pre" else np.zeros_like(kept)
    result = np.full((lengths.size, length), fill, ids.dtype)
    # Of each id that is kept: its row, and its place among those kept of the row.
    rows = np.repeat(np.arange(lengths.size), kept)
    places = np.arange(rows.size) - np.repeat(np.cumsum(kept) - kept, kept)
    result[rows, column[rows] + places] = ids[first[rows] + places]
    return result


def _offsets(values: Values, argument: str) -> np.ndarray:
    if values.offsets is not None:
        return values.offsets
    if len(values.shape) != 2:
        if values.shape == (0,):
            return np.zeros(1, np.int64)
        raise ValueError(
            f"{argument} is for rows of tokens, such as a list of token lists. "
            f"Received: tokens of shape {values.shape}. If each is a text, "
            "split it into its words first: [text.split() for text in texts]. If they "
            "are the words of one text, put them in a list: [words]."
        )
    rows, width = values.shape
    return np.arange(rows + 1, dtype=np.int64) * width
