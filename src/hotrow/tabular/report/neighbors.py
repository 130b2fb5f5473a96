"""The values whose vectors point the same way."""

import numpy as np

# So many rows are compared with all at a time: 3000 columns of them are 6 MB.
BLOCK = 512


def nearest(vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the nearest other rows of each row by cosine, and the cosines.

    `cosine(a, b) = a . b / (|a| |b|)`; it is 0 if either vector is zero. Of cosines
    that are equal to six digits the lower row comes first.

    Args:
        vectors: Vectors of shape `(n, width)`.
        count: Most neighbors of each row.

    Returns:
        Rows, and cosines in float32, both of shape `(n, k)` with `k` the lesser of
        `count` and `n - 1`.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    size = len(unit)
    k = min(count, size - 1)
    rows = np.empty((size, k), "int64")
    cosines = np.empty((size, k), "float32")
    for start in range(0, size, BLOCK):
        stop = min(start + BLOCK, size)
        block = unit[start:stop] @ unit.T
        # Cosine and row in one integer, so that no two are equal, and the nearest can
        # be parted from the rest without sorting all.
        keys = np.arange(size) - np.rint(block * 1e6).astype("int64") * size
        keys[np.arange(stop - start), np.arange(start, stop)] = np.iinfo("int64").max
        order = np.argpartition(keys, k - 1, axis=1)[:, :k] if k else rows[start:stop]
        keys = np.take_along_axis(keys, order, axis=1)
        order = np.take_along_axis(order, np.argsort(keys, axis=1), axis=1)
        rows[start:stop] = order
        cosines[start:stop] = np.take_along_axis(block, order, axis=1)
    return rows, np.clip(cosines, -1, 1)
