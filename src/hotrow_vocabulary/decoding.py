"""Ids that are to be decoded, checked."""

from typing import Any

import numpy as np

from hotrow_common.masked import is_masked_array


def as_ids(ids: Any, size: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns ids as an array of int64, and which of them a mask hides, if any.

    Args:
        ids: Integers from 0 to `size - 1`.
        size: Number of ids of the vocabulary.

    Raises:
        ValueError: If an id is out of range, or is no integer.
    """
    hidden = np.ma.getmaskarray(ids) if is_masked_array(ids) else None
    try:
        array = np.asarray(ids)
    except ValueError as error:
        raise ValueError(
            "Rows of ids must have one length. Received: rows of several. Decode them "
            "one by one, or all of them as one flat array."
        ) from error
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(
            "Ids are integers. Received: an array of dtype "
            f"{array.dtype}. Pass the ids that `encode` returned."
        )
    wrong = (array < 0) | (array >= size)
    if hidden is not None:
        wrong &= ~hidden
    if wrong.any():
        raise ValueError(
            f"An id is out of range: {array[wrong][0]}. Ids of this vocabulary run "
            f"from 0 to {size - 1}. Pass ids that this vocabulary, or one that it "
            "grew from, returned."
        )
    return array.astype(np.int64, copy=False), hidden
