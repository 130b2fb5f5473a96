"""Run as a script in a process of its own: UMAP's points of a folder of arrays."""

import os
import sys
from typing import Any

import numpy as np


def main(folder: str, count: int) -> None:
    """Reads `in0.npy` and so on, writes `out0.npy` and so on."""
    import umap

    for place in range(count):
        vectors = np.load(f"{folder}/in{place}.npy")
        # By cosine, as neighbors are. One seed and one thread: the same map again.
        reducer: Any = umap.UMAP(
            n_neighbors=min(15, len(vectors) - 1),
            metric="cosine",
            random_state=0,
            n_jobs=1,
        )
        points = reducer.fit_transform(vectors).astype("float32")
        np.save(f"{folder}/part.npy", points)
        # Whole or not at all: this process may be stopped at any time.
        os.replace(f"{folder}/part.npy", f"{folder}/out{place}.npy")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
