"""From how many rows on does `hotrow.RowSparse` pay?

    KERAS_BACKEND=jax python benchmarks/row_sparse.py

A step is one `train_on_batch` on 1024 x 20 ids, uniform, of a model with a
`hotrow.Embedding` of width 16, a mean over the 20 and a dense layer with one output. It
is timed with the plain optimizer and with `RowSparse` around the same. Both run in this
process and take turns, so that a slow spell hits both alike.
"""

import argparse
import os
from collections.abc import Callable

import keras
import numpy as np
from timing import medians, write_table

import hotrow

BATCH, LENGTH, WIDTH = 1024, 20, 16
BATCHES = 8
OPTIMIZERS = ("sgd", "adagrad", "adam")
NOTES = [
    "Median time of a step of 1024 x 20 uniform ids, width 16. Above 1 `RowSparse` is "
    "faster."
]


def step(rows: int, optimizer: str, by_rows: bool) -> Callable[[], object]:
    """Returns a training step, each call of which takes the next of a few batches."""
    inputs = keras.Input((LENGTH,), dtype="int32")
    layers = [
        hotrow.Embedding(rows, WIDTH),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(1),
    ]
    model = keras.Sequential([inputs, *layers])
    model.compile(hotrow.RowSparse(optimizer) if by_rows else optimizer, "mse")
    rng = np.random.default_rng(0)
    ids = rng.integers(0, rows, (BATCHES, BATCH, LENGTH)).astype("int32")
    targets = rng.random((BATCH, 1), dtype="float32")
    place = 0

    def run() -> object:
        nonlocal place
        place = (place + 1) % BATCHES
        return model.train_on_batch(ids[place], targets)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[10**n for n in range(2, 7)]
    )
    parser.add_argument("--optimizers", nargs="+", default=OPTIMIZERS)
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()
    cells = []
    for rows in arguments.rows:
        for optimizer in arguments.optimizers:
            times = medians(
                {
                    "plain": step(rows, optimizer, by_rows=False),
                    "rows": step(rows, optimizer, by_rows=True),
                },
                arguments.rounds,
                in_a_row=4,
            )
            plain, ours = times["plain"], times["rows"]
            cells.append(
                [
                    f"{rows:,}",
                    optimizer,
                    f"{plain:.2f}",
                    f"{ours:.2f}",
                    f"{plain / ours:.2f}",
                ]
            )
    backend = keras.backend.backend()
    header = ["rows", "optimizer", "plain, ms", "RowSparse, ms", "plain / RowSparse"]
    write_table(
        f"row_sparse-{backend}",
        f"Plain optimizers and RowSparse on {backend}",
        header,
        cells,
        NOTES,
    )


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
