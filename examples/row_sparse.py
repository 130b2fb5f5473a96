"""RowSparse: a training step that costs what the batch costs, not what the table does.

Trains the same model on the same batches with Keras's Adam and with Adam in RowSparse,
and prints the time of a step for tables of growing size. Run it with
`KERAS_BACKEND=jax python examples/row_sparse.py` (or tensorflow, or torch).
"""

import time

import keras
import numpy as np

import hotrow

WIDTH, BATCH, LENGTH, STEPS = 16, 256, 10, 6


def step_time(rows, optimizer):
    """The median time of a training step, in ms."""
    model = keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            hotrow.Embedding(rows, WIDTH),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse")
    rng = np.random.default_rng(0)
    times = []
    for _ in range(STEPS + 2):
        ids = rng.integers(rows, size=(BATCH, LENGTH))
        start = time.perf_counter()
        model.train_on_batch(ids, np.ones((BATCH, 1)))
        times.append(1e3 * (time.perf_counter() - start))
    return np.median(times[2:])


print("rows      Adam, ms   RowSparse(Adam), ms")
for rows in (1_000, 300_000):
    plain = step_time(rows, "adam")
    by_rows = step_time(rows, hotrow.RowSparse("adam"))
    print(f"{rows:<10,}{plain:<11.1f}{by_rows:.1f}")
assert by_rows < plain
