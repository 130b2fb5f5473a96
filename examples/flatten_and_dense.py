"""Embedding, then Flatten, then Dense: which place an id stands in matters.

Dense needs to know how long a flat row is when it is built; `input_length` says so. Run
it with `KERAS_BACKEND=jax python examples/flatten_and_dense.py` (or tensorflow...).
"""

import keras
import numpy as np

import hotrow

keras.utils.set_random_seed(0)
CODES, LENGTH = 20, 3

model = keras.Sequential(
    [
        hotrow.Embedding(CODES, 4, input_length=LENGTH),
        keras.layers.Flatten(),
        keras.layers.Dense(1),
    ]
)
for layer in model.layers:
    print(f"{type(layer).__name__:10} -> {layer.output.shape}")
# Built before any data, so the Dense kernel exists: 3 places x 4 numbers.
assert model.built
assert model.layers[-1].kernel.shape == (LENGTH * 4, 1)

# Prices of an order: a code costs one thing as the first item, another as the second...
rng = np.random.default_rng(0)
price = rng.normal(size=CODES) * np.array([[1.0], [2.0], [-1.0]])
ids = rng.integers(CODES, size=(2000, LENGTH))
total = price[np.arange(LENGTH), ids].sum(axis=1)

model.compile(keras.optimizers.Adam(0.02), "mse")
model.fit(ids, total, batch_size=100, epochs=10, verbose=0)
loss = model.evaluate(ids, total, verbose=0)
print(f"Variance of the totals {total.var():.2f}; left unexplained {loss:.4f}")
assert loss < 0.05 * total.var()
