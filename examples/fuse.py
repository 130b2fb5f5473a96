"""A model on one-hots, run at the speed of an embedding.

`OneHot` and then `Conv1D` multiplies by a vector that is all zeros but for one place.
`hotrow.fuse` looks up the rows of the kernel instead, over the same variables.

Run it with `KERAS_BACKEND=jax python examples/fuse.py`.
"""

import time

import keras
import numpy as np

import hotrow

CATEGORIES, LENGTH, BATCH, STEPS = 20_000, 40, 32, 5


def main():
    model = keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            hotrow.OneHot(CATEGORIES, name="codes"),
            keras.layers.Conv1D(32, 5, activation="relu", name="conv"),
            keras.layers.GlobalMaxPooling1D(name="pool"),
            keras.layers.Dense(1, name="score"),
        ]
    )
    fast = hotrow.fuse(model, verbose=True)
    ids = np.random.default_rng(0).integers(0, CATEGORIES, (BATCH, LENGTH))
    same = np.allclose(
        model.predict(ids, verbose=0), fast.predict(ids, verbose=0), atol=1e-5
    )
    print(f"the same answers: {same}")
    model.compile("sgd", "mse")
    fast.compile(hotrow.RowSparse("sgd"), "mse")
    slow, quick = seconds(model, ids), seconds(fast, ids)
    print(f"a step: {1e3 * slow:.1f} ms on one-hots, {1e3 * quick:.1f} ms fused")


def seconds(model, ids):
    """Returns the time of a training step, once it is compiled."""
    targets = np.zeros((BATCH, 1))
    model.train_on_batch(ids, targets)
    start = time.perf_counter()
    for _ in range(STEPS):
        model.train_on_batch(ids, targets)
    return (time.perf_counter() - start) / STEPS


if __name__ == "__main__":
    main()
