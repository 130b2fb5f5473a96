"""Mean, deviation and quantiles of numbers that come with counts."""

import numpy as np

# Quantiles at probabilities from 0 to 1 in steps of 1/32.
STEPS = 33
_MOST = 1 << 18


class Summary:
    """Summarizes numbers; NaN is left out.

    Mean and deviation are exact. Quantiles are exact while there are few numbers; of
    many, each second of the sorted ones is kept, for two.
    """

    def __init__(self) -> None:
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
        # Chan, Golub and LeVeque, "Updating formulae ... sample variances", 1979.
        mean = float((numbers * weights).sum() / total)
        squares = float((weights * (numbers - mean) ** 2).sum())
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
        return self._mean

    @property
    def std(self) -> float:
        """The standard deviation, 1 where numbers do not differ."""
        std = float(np.sqrt(self._squares / self._total)) if self._total else 0.0
        # Rounding alone makes equal numbers differ by a little.
        return std if std > 1e-12 * max(1e-300, abs(self._mean)) else 1.0

    def quantiles(self) -> np.ndarray:
        """Returns the quantiles, zeros of no numbers."""
        if not self._total:
            return np.zeros(STEPS)
        numbers, weights = self._sorted()
        places = np.cumsum(weights)
        wanted = np.linspace(0, 1, STEPS) * (places[-1] - 1) + 1
        return numbers[np.searchsorted(places, wanted - 1e-9)]

    def _sorted(self) -> np.ndarray:
        both = np.concatenate(self._parts, axis=1)
        both = both[:, np.argsort(both[0], kind="stable")]
        while both.shape[1] > _MOST:
            # Two neighbours become the first of them; the ends stay.
            odd = both[:, both.shape[1] // 2 * 2 :]
            pairs = both[:, : both.shape[1] // 2 * 2].reshape(2, -1, 2)
            merged = np.stack([pairs[0, :, 0], pairs[1].sum(axis=1)])
            merged[0, -1] = pairs[0, -1, 1]
            both = np.concatenate([merged, odd], axis=1)
        self._parts, self._size = [both], both.shape[1]
        return both
