"""Mean, deviation and quantiles of numbers that come with counts."""

import numpy as np

# Quantiles at probabilities from 0 to 1 in steps of 1/32.
STEPS = 33
_MOST = 1 << 18


class Summary:
    """Summarizes numbers; NaN is left out.

    Mean and deviation are exact to the last digits of float64, for numbers of any size
    and however close to each other: sums are over differences from the first number, in
    units of the largest of these. Quantiles are exact while there are few numbers; of
    many, each second of the sorted ones is kept, for two.

    Args:
        rounding: A standard deviation up to this one is that of equal numbers which
            arithmetic has rounded. Defaults to 0.
    """

    def __init__(self, rounding: float = 0.0) -> None:
        self._rounding = rounding
        self._first: float | None = None
        self._unit = 0.0
        self._total = 0.0
        self._mean = 0.0
        self._squares = 0.0
        self._parts: list[np.ndarray] = []
        self._size = 0

    def add(self, numbers: np.ndarray, weights: np.ndarray) -> None:
        """Adds numbers, and how often each occurs."""
        there = ~np.isnan(numbers) & (weights > 0)
        numbers, weights = numbers[there], weights[there].astype(np.float64)
        total = weights.sum()
        if not total:
            return
        moved = self._moved(numbers)
        # Chan, Golub and LeVeque, "Updating formulae ... sample variances", 1979.
        mean = float((moved * weights).sum() / total)
        squares = float((weights * (moved - mean) ** 2).sum())
        both = self._total + total
        step = mean - self._mean
        self._squares += squares + step * step * self._total * total / both
        self._mean += step * total / both
        self._total = both
        self._parts.append(np.stack([numbers, weights]))
        self._size += len(numbers)
        if self._size > _MOST:
            self._sorted()

    @property
    def mean(self) -> float:
        """The mean, 0 of no numbers."""
        return (self._first or 0.0) + self._mean * self._unit

    @property
    def std(self) -> float:
        """The standard deviation, 1 where numbers do not differ."""
        std = float(np.sqrt(self._squares / self._total)) if self._total else 0.0
        std *= self._unit
        return std if std > self._rounding else 1.0

    def quantiles(self) -> np.ndarray:
        """Returns the quantiles, zeros of no numbers."""
        if not self._total:
            return np.zeros(STEPS)
        numbers, weights = self._sorted()
        places = np.cumsum(weights)
        wanted = np.linspace(0, 1, STEPS) * (places[-1] - 1) + 1
        return numbers[np.searchsorted(places, wanted - 1e-9)]

    def _moved(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the differences from the first number, at most 1 in size."""
        if self._first is None:
            self._first = float(numbers[0])
        moved = numbers - self._first
        largest = float(np.abs(moved).max())
        if largest > self._unit:
            # A power of two: a division by it rounds nothing.
            unit = 2.0 ** np.ceil(np.log2(largest))
            shrunk = self._unit / unit
            self._mean *= shrunk
            self._squares *= shrunk * shrunk
            self._unit = unit
        return moved / (self._unit or 1.0)

    def _sorted(self) -> np.ndarray:
        both = np.concatenate(self._parts, axis=1)
        both = both[:, np.argsort(both[0], kind="stable")]
        while both.shape[1] > _MOST:
            # Two neighbors become the first of them; the ends stay.
            odd = both[:, both.shape[1] // 2 * 2 :]
            pairs = both[:, : both.shape[1] // 2 * 2].reshape(2, -1, 2)
            merged = np.stack([pairs[0, :, 0], pairs[1].sum(axis=1)])
            merged[0, -1] = pairs[0, -1, 1]
            both = np.concatenate([merged, odd], axis=1)
        self._parts, self._size = [both], both.shape[1]
        return both
