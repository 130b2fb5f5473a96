"""What does `gradient_accumulation_steps` cost, by rows and over the whole table?

    KERAS_BACKEND=jax python benchmarks/accumulation.py

A step is one `train_on_batch` of Adam on 1024 x 20 ids, uniform, of a model with a
`hotrow.Embedding` of width 64, a mean over the 20 and a dense layer with one output.
Every fourth step updates. The plain optimizer and `RowSparse` around the same run in
this process, one round after the other.
"""

import argparse
import os
import time

import keras
import numpy as np
from timing import write_table

import hotrow

BATCH, LENGTH, WIDTH, STEPS = 1024, 20, 64, 4
NOTES = [
    "Median times of 1024 x 20 uniform ids, width 64, Adam with "
    "`gradient_accumulation_steps=4`: of a step that adds up, and of one that updates."
]


def new_model(rows: int, by_rows: bool) -> keras.Model:
    """Returns a model with a table of so many rows."""
    layers = [
        keras.Input((LENGTH,), dtype="int32"),
        hotrow.Embedding(rows, WIDTH),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(1),
    ]
    model = keras.Sequential(layers)
    optimizer = keras.optimizers.Adam(gradient_accumulation_steps=STEPS)
    model.compile(hotrow.RowSparse(optimizer) if by_rows else optimizer, "mse")
    return model


def milliseconds(models: list[keras.Model], rows: int, rounds: int) -> np.ndarray:
    """Returns for each model the median times of both kinds of steps."""
    rng = np.random.default_rng(0)
    ids = rng.integers(0, rows, (STEPS, BATCH, LENGTH)).astype("int32")
    targets = rng.random((BATCH, 1), dtype="float32")
    times = np.zeros((len(models), rounds + 1, STEPS))
    for turn in range(rounds + 1):
        for place, model in enumerate(models):
            for step in range(STEPS):
                start = time.perf_counter()
                model.train_on_batch(ids[step], targets)
                times[place, turn, step] = 1e3 * (time.perf_counter() - start)
    # The first round compiles.
    adding, updating = times[:, 1:, :-1], times[:, 1:, -1]
    return np.stack(
        [np.median(adding, axis=(1, 2)), np.median(updating, axis=1)], axis=1
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10**3, 10**5, 10**6])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    cells = []
    for rows in arguments.rows:
        models = [new_model(rows, by_rows) for by_rows in (False, True)]
        plain, ours = milliseconds(models, rows, arguments.rounds)
        for kind, x, y in zip(("adds up", "updates"), plain, ours, strict=True):
            cells.append([f"{rows:,}", kind, f"{x:.2f}", f"{y:.2f}", f"{x / y:.2f}"])
    backend = keras.backend.backend()
    write_table(
        f"accumulation-{backend}",
        f"Adding up gradients on {backend}",
        ["rows", "a step that", "plain, ms", "RowSparse, ms", "plain / RowSparse"],
        cells,
        NOTES,
    )


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
