"""Numbers in digits, with a point before decimals and perhaps an exponent."""

from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc

_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_INTEGER = r"^[+-]?[0-9]+(?:\.0+)?$"
_CODE = r"^0[0-9]+$"


def read_numbers(texts: Any) -> np.ndarray:
    """Returns the numbers that texts are, NaN for those that are none.

    `True` and `False` are 1 and 0.

    Args:
        texts: A large_string array, as `canonical` returns it.
    """
    number = pc.match_substring_regex(texts, _NUMBER)
    read = pc.if_else(number, texts, pa.scalar(None, pa.large_string()))
    values = to_float(read)
    if np.isnan(values).any():
        for word, value in (("True", 1.0), ("False", 0.0)):
            same = pc.equal(texts, word).fill_null(False)
            values[same.to_numpy(zero_copy_only=False)] = value
    return values


def to_float(texts: Any) -> np.ndarray:
    """Returns the numbers of texts that are all in digits, NaN where missing."""
    values = texts.cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    values[~np.isfinite(values)] = np.nan
    return values


def are_numbers(texts: Any) -> np.ndarray:
    """Returns whether each text is a number in digits."""
    return mask_of(pc.match_substring_regex(texts, _NUMBER))


def are_integers(texts: Any) -> np.ndarray:
    """Returns whether each text is an integer in digits, such as `7` or `7.0`."""
    return mask_of(pc.match_substring_regex(texts, _INTEGER))


def have_leading_zeros(texts: Any) -> np.ndarray:
    """Returns whether each text is digits that start with a zero, as postcodes may."""
    return mask_of(pc.match_substring_regex(texts, _CODE))


def mask_of(matches: Any) -> np.ndarray:
    """Returns an Arrow array of booleans in NumPy; what is missing is false."""
    return matches.fill_null(False).to_numpy(zero_copy_only=False)


def glued(*texts: Any) -> Any:
    """Returns texts one after the other, as large_string."""
    large = [pa.scalar("", pa.large_string())]
    return pc.binary_join_element_wise(*texts, *large)
