"""Numbers out of text."""

from typing import Any

import numpy as np

from hotrow.vocabulary.arrow import pa, pc

_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_INTEGER = r"^[+-]?[0-9]+$"
_CODE = r"^0[0-9]+$"

# What a float32 can hold: all else becomes infinite in a network.
_LARGEST = float(np.finfo(np.float32).max)


def read_numbers(texts: Any) -> np.ndarray:
    """Returns the numbers that texts are, NaN for those that are none.

    A number is written in digits, with a point before decimals and perhaps an
    exponent: `-1.5e3`. `True` and `False` are 1 and 0.

    Args:
        texts: A large_string array, as `canonical` returns it.
    """
    number = pc.match_substring_regex(texts, _NUMBER)
    read = pc.if_else(number, texts, pa.scalar(None, pa.large_string()))
    values = read.cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    values[~(np.abs(values) <= _LARGEST)] = np.nan
    if np.isnan(values).any():
        for word, value in (("True", 1.0), ("False", 0.0)):
            same = pc.equal(texts, word).fill_null(False)
            values[same.to_numpy(zero_copy_only=False)] = value
    return values


def are_numbers(texts: Any) -> np.ndarray:
    """Returns whether each text is a number in digits."""
    return _mask(pc.match_substring_regex(texts, _NUMBER))


def are_integers(texts: Any) -> np.ndarray:
    """Returns whether each text is an integer in digits."""
    return _mask(pc.match_substring_regex(texts, _INTEGER))


def have_leading_zeros(texts: Any) -> np.ndarray:
    """Returns whether each text is digits that start with a zero, as postcodes may."""
    return _mask(pc.match_substring_regex(texts, _CODE))


def _mask(matches: Any) -> np.ndarray:
    return matches.fill_null(False).to_numpy(zero_copy_only=False)
