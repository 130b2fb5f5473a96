"""Columns that say what the target is."""

from collections.abc import Mapping

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.profiling.row_sample import RowSample

# So many of the rows must agree, for a slip of the pen is none.
_SHARE = 0.999
# Columns and targets with more different values than this are compared by their order.
_FEW = 1000
# Fewer rows, or values, may agree by chance.
_LEAST_ROWS = 20


class LeakSample:
    """Some rows of the encoded columns and the target, chosen at random.

    Args:
        size: Maximum number of rows.
    """

    def __init__(self, size: int = 20_000) -> None:
        self._sample = RowSample(size)
        self._columns: dict[str, np.ndarray] = {}
        self._target: np.ndarray | None = None
        self._rows = 0

    def add(self, encoded: Mapping[str, np.ndarray], target: np.ndarray) -> None:
        """Adds some rows: the encoded columns by their names, and their target."""
        rows = np.arange(self._rows, self._rows + len(target))
        self._rows += len(target)
        places, kept = self._sample.add(rows)
        self._target = _joined(self._target, target[places], kept)
        for name, array in encoded.items():
            # Texts and dates are several numbers each.
            if array.ndim == 1:
                before = self._columns.get(name)
                self._columns[name] = _joined(before, array[places], kept)

    def leaks(self) -> list[str]:
        """Returns the names of columns that say what the target is, in any row."""
        target = self._target
        if target is None or len(target) < _LEAST_ROWS:
            return []
        return [name for name, x in self._columns.items() if says(x, target)]


def warning(name: str) -> str:
    """Returns what to tell of such a column."""
    return (
        f"The column {name!r} equals the target, or says the same in other words: "
        "each of its values goes with one of the target's. If it is not known before "
        f"the target is, leave it out with {argument(drop=name)} and train again."
    )


def says(x: np.ndarray, target: np.ndarray) -> bool:
    """Returns whether each value of a column goes with one of the target's.

    Few different values are compared one by one, both ways; many numbers by their
    order, since a rising or falling function of the target says it, too.
    """
    there = np.flatnonzero(~np.isnan(x) if x.dtype.kind == "f" else np.ones(len(x)))
    if len(there) < max(_LEAST_ROWS, 0.5 * len(x)):
        return False
    x, target = x[there], target[there]
    _, first = np.unique(x, return_inverse=True)
    _, second = np.unique(target, return_inverse=True)
    few = first.max(), second.max()
    if min(few) < 1:
        return False
    if max(few) < _FEW and 4 * max(few) <= len(x):
        return _goes_with(first, second) and _goes_with(second, first)
    if x.dtype.kind != "f" or target.dtype.kind != "f" or min(few) < _LEAST_ROWS:
        return False
    # As different as the target is: a rounded target leaves something to predict.
    if few[0] < _SHARE * few[1]:
        return False
    steps = np.diff(second[np.lexsort((second, first))])
    return max((steps >= 0).mean(), (steps <= 0).mean()) >= _SHARE


def _goes_with(first: np.ndarray, second: np.ndarray) -> bool:
    """Returns whether rows of one value nearly always have one of the other, too."""
    pairs, counts = np.unique(first * (second.max() + 1) + second, return_counts=True)
    most = np.zeros(first.max() + 1, np.int64)
    np.maximum.at(most, pairs // (second.max() + 1), counts)
    return bool(most.sum() >= _SHARE * len(first))


def _joined(
    before: np.ndarray | None, new: np.ndarray, kept: np.ndarray | None
) -> np.ndarray:
    both = new if before is None else np.concatenate([before, new])
    return both if kept is None else both[kept]
