"""Train/validation/test split, by hashes of row numbers."""

import numpy as np

TRAIN, VALIDATION, TEST = 0, 1, 2
PARTS = ("train", "validation", "test")

BLOCK = 10


def split_of_rows(start: int, count: int, seed: int) -> np.ndarray:
    """Returns the part of each of some rows, whatever rows come with them.

    Of each ten consecutive rows, one is for validation and one for the test, chosen at
    random: the parts are exact in every stretch of the table, and a row's part depends
    on its number and the seed alone, so that a table can be split as it streams.

    Args:
        start: The number of the first row, from 0.
        count: How many rows.
        seed: Another seed is another split.

    Returns:
        An array of uint8 of shape `(count,)`: 0 train, 1 validation, 2 test.
    """
    first = start // BLOCK
    blocks = -(-(start + count) // BLOCK) - first
    rows = np.arange(first * BLOCK, (first + blocks) * BLOCK, dtype=np.uint64)
    keys = hash_of_rows(rows, seed).reshape(blocks, BLOCK)
    # The ranks of ten random keys are a random permutation.
    order = keys.argsort(axis=1, kind="stable")
    parts = np.zeros((blocks, BLOCK), np.uint8)
    np.put_along_axis(parts, order[:, :1], TEST, axis=1)
    np.put_along_axis(parts, order[:, 1:2], VALIDATION, axis=1)
    skipped = start - first * BLOCK
    return parts.reshape(-1)[skipped : skipped + count]


def hash_of_rows(rows: np.ndarray, seed: int) -> np.ndarray:
    """Returns a random-looking uint64 of each row number: SplitMix64.

    Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
    """
    offset = np.uint64((seed * 0xD1B54A32D192ED03 + 0x9E3779B97F4A7C15) % 2**64)
    keys = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + offset
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
