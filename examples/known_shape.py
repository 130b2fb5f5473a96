"""`input_length` tells a model its shapes before it sees any data.

The classic first example of an embedding, as it was before Keras 3. Run it with
`KERAS_BACKEND=jax python examples/known_shape.py` (or tensorflow, or torch).
"""

import keras
import numpy as np

import hotrow

keras.utils.set_random_seed(0)

model = keras.Sequential([hotrow.Embedding(1000, 64, input_length=10)])
model.compile("rmsprop", "mse")
print(f"Before any data: {model.input_shape} -> {model.output_shape}")
assert model.input_shape == (None, 10)
assert model.output_shape == (None, 10, 64)
assert model.count_params() == 1000 * 64

ids = np.random.default_rng(0).integers(1000, size=(32, 10))
vectors = model.predict(ids, verbose=0)
print(f"With 32 rows:    {ids.shape} -> {vectors.shape}")
assert vectors.shape == (32, 10, 64)
# Each vector is the row of the table that its id names.
assert np.array_equal(vectors, model.get_weights()[0][ids])
