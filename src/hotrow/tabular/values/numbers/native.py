"""Numbers of a column, from text in some format or from native types."""

from typing import Any

import numpy as np

from hotrow.tabular.values.missing import Marks
from hotrow.tabular.values.numbers.number_format import PLAIN
from hotrow.tabular.values.numbers.plain import are_integers
from hotrow_common.arrow import pa

# From here on a float64 skips integers.
EXACT = 2.0**53
# Differences and sums of numbers of this size are still float64.
_LARGEST = 1e300


def native_numbers(array: Any, marks: Marks) -> np.ndarray | None:
    """Returns the numbers of an Arrow array of numbers, or None for other types.

    Args:
        array: The values.
        marks: Missing marks of the column.
    """
    types = pa.types
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if not (
        types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    ):
        return None
    numbers = array.cast(pa.float64(), safe=False)
    values = numbers.to_numpy(zero_copy_only=False).copy()
    values[~np.isfinite(values)] = np.nan
    return _without(values, marks, PLAIN)


def numbers_in(texts: Any, form: Any, marks: Marks) -> np.ndarray:
    """Returns the numbers that texts are, NaN for those that are none or missing.

    Args:
        texts: A large_string array without missing values.
        form: The format that they are written in.
        marks: Missing marks of the column: of -1, -1.0 is, too.
    """
    return _without(form.read(texts), marks, form)


def differences_in(texts: Any, center: float, form: Any, marks: Marks) -> np.ndarray:
    """Returns the numbers that texts are, less `center`; NaN for those that are none.

    The difference of two integers is exact as far as it is an integer of a float64,
    however large they are: 2**60 + 1 less 2**60 is 1.

    Args:
        texts: A large_string array without missing values.
        center: Number that is subtracted. An integer above 2**53 has all its digits.
        form: The format that they are written in.
        marks: Missing marks of the column.
    """
    numbers = np.clip(numbers_in(texts, form, marks), -_LARGEST, _LARGEST)
    differences = numbers - float(center)
    if is_exact(center):
        for place in _large(texts, numbers, form):
            differences[place] = _integer(texts[place]) - int(center)
    return differences


def origin_of(texts: Any, form: Any, marks: Marks) -> int | None:
    """Returns the `center` that differences of texts are exact for.

    It is the first integer of 2**53 or more, where a float64 skips integers; 0 if there
    are numbers but none such, and None if there are no numbers.
    """
    if form != PLAIN:
        return 0
    numbers = numbers_in(texts, form, marks)
    for place in _large(texts, numbers, form):
        return _integer(texts[place])
    return None if np.isnan(numbers).all() else 0


def is_exact(center: float) -> bool:
    """Returns whether numbers less `center` are computed in integers."""
    return isinstance(center, int) and abs(center) >= EXACT


def _large(texts: Any, numbers: np.ndarray, form: Any) -> list[int]:
    """Returns the places of integers that a float64 may not hold."""
    if form != PLAIN or not (np.abs(numbers) >= EXACT).any():
        return []
    large = (np.abs(numbers) >= EXACT) & are_integers(texts)
    return [int(place) for place in np.flatnonzero(large)]


def _integer(text: Any) -> int:
    return int(str(text).partition(".")[0])


def _without(values: np.ndarray, marks: Marks, form: Any) -> np.ndarray:
    if marks.missing:
        texts = pa.array(marks.missing, pa.large_string())
        bad = form.read(texts)
        values[np.isin(values, bad[~np.isnan(bad)])] = np.nan
    return values
