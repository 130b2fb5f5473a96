"""The file that says in how many training rows each id of a column occurs."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hotrow_common.atomic_files import written_aside


def save_counts(path: Path, counts: Mapping[str, np.ndarray]) -> None:
    """Writes the counts of the ids of columns.

    They are in one array, column by column, with the place where each column ends: a
    column's name would have to be fit for an archive.

    Args:
        path: The file, which is there in full or not at all.
        counts: The counts of each column's ids, by the column's name.
    """
    arrays = [np.asarray(array, "int64") for array in counts.values()]
    ends = np.cumsum([len(array) for array in arrays], dtype="int64")
    names = json.dumps(list(counts)).encode()
    with written_aside(path) as file:
        np.savez_compressed(
            file,
            names=np.frombuffer(names, np.uint8),
            ends=ends,
            counts=np.concatenate([np.zeros(0, "int64"), *arrays]),
        )


def load_counts(path: Path) -> dict[str, np.ndarray]:
    """Returns the counts that `save_counts` wrote."""
    with np.load(path) as file:
        ends, counts = file["ends"], file["counts"]
        names = json.loads(file["names"].tobytes())
    return dict(zip(names, np.split(counts, ends)[:-1], strict=True))
