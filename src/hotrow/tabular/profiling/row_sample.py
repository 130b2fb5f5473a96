"""Some rows of a table, chosen at random as it streams."""

import numpy as np

from hotrow.tabular.split import hash_of_rows

SIZE = 20_000

# Another seed than any split's, so that parts are in the sample as in the table.
_SEED = 0x5A3D


class RowSample:
    """Chooses rows by hashes of their numbers: the same rows in whatever batches.

    All rows are chosen until there are more than `size`, then those of each second
    hash, and so on.

    Args:
        size: How many rows there are at most.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._keys = np.zeros(0, np.uint64)
        self._halvings = 0

    def add(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Chooses among some rows.

        Args:
            rows: Their numbers.

        Returns:
            The places of those chosen; and which of all rows chosen so far, these
            included, are to stay, or None for all.
        """
        keys = hash_of_rows(rows, _SEED)
        places = np.flatnonzero(keys <= self._limit())
        self._keys = np.concatenate([self._keys, keys[places]])
        if len(self._keys) <= self._size:
            return places, None
        kept = np.ones(len(self._keys), bool)
        while kept.sum() > self._size:
            self._halvings += 1
            kept = self._keys <= self._limit()
        self._keys = self._keys[kept]
        return places, kept

    def _limit(self) -> np.uint64:
        return np.uint64((2**64 - 1) >> self._halvings)
