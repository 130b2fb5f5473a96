"""One-hot and then Dense is Embedding: the same outputs, and the same training.

A one-hot vector times a matrix is one row of the matrix. Run it with
`KERAS_BACKEND=jax python examples/one_hot_and_embedding.py` (or tensorflow, or torch).
"""

import keras
import numpy as np

import hotrow

keras.utils.set_random_seed(0)

X = np.array([[5, 2, 4, 25, 17], [15, 54, 13, 2, 98]])
VOCAB_SIZE, EMBEDDING_SIZE, LENGTH = 100, 25, 5

embedding = keras.Sequential(
    [hotrow.Embedding(VOCAB_SIZE, EMBEDDING_SIZE, input_length=LENGTH)]
)
one_hot = keras.Sequential([hotrow.OneHot(VOCAB_SIZE, input_length=LENGTH)])
dense = keras.layers.Dense(EMBEDDING_SIZE, use_bias=False)
one_hot_dense = keras.Sequential([*one_hot.layers, keras.layers.TimeDistributed(dense)])

for name, model in [
    ("Embedding", embedding),
    ("OneHot", one_hot),
    ("OneHot, Dense", one_hot_dense),
]:
    print(f"{name:14} {X.shape} -> {model.predict(X, verbose=0).shape}")
assert embedding.predict(X, verbose=0).shape == (2, 5, 25)
assert one_hot.predict(X, verbose=0).shape == (2, 5, 100)
assert one_hot_dense.predict(X, verbose=0).shape == (2, 5, 25)

# The kernel of a Dense layer without a bias has the shape of the table of an Embedding.
one_hot_dense.set_weights(embedding.get_weights())
before = embedding.get_weights()[0]
assert np.array_equal(
    embedding.predict(X, verbose=0), one_hot_dense.predict(X, verbose=0)
)
print("With the same weights, the outputs are equal to the last bit.")

targets = np.random.default_rng(0).normal(size=(2, LENGTH, EMBEDDING_SIZE))
for model in (embedding, one_hot_dense):
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.fit(X, targets, epochs=20, verbose=0)
table, kernel = embedding.get_weights()[0], one_hot_dense.get_weights()[0]

difference = np.abs(table - kernel).max()
moved = np.flatnonzero((table != before).any(axis=1))
print(f"After 20 steps the weights differ by at most {difference:.1e}.")
print(f"Only the rows of the ids in X moved: {moved.tolist()}")
assert difference < 1e-6
assert moved.tolist() == np.unique(X).tolist()
