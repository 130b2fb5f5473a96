"""Masked arrays of NumPy, whose hidden entries are missing values."""

from typing import Any

import numpy as np


def is_masked(value: Any) -> bool:
    """Returns whether a value is the entry that a masked array hides."""
    return value is np.ma.masked


def is_masked_array(values: Any) -> bool:
    """Returns whether values are an array that hides some of its entries."""
    return isinstance(values, np.ma.MaskedArray)


def as_plain_array(values: Any) -> np.ndarray:
    """Returns values as an array, with None in place of what a mask hides.

    `numpy.asarray` would give what stands under the mask.
    """
    if not is_masked_array(values):
        return np.asarray(values)
    array, hidden = np.asarray(values.data), np.ma.getmaskarray(values)
    # Of a structured array, each field has a mask of its own.
    if array.dtype.names is not None or not hidden.any():
        return array
    array = array.astype(object)
    array[hidden] = None
    return array
