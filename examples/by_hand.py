"""Words to vectors by hand, in NumPy, next to the layers that do the same.

objects -> unique -> ids -> one-hot -> matrix product -> vectors. Run it with
`KERAS_BACKEND=jax python examples/by_hand.py` (or tensorflow, or torch).
"""

import keras
import numpy as np

import hotrow

words = np.array(["the", "cat", "sat", "on", "the", "mat"])

# An id is the place of a word in the sorted vocabulary.
vocabulary, ids = np.unique(words, return_inverse=True)
print("words      ", *words)
print("vocabulary ", *vocabulary)
print("ids        ", *ids)
assert np.array_equal(vocabulary[ids], words)

# One row a word: 1 in the place of its id, 0 elsewhere.
one_hot = (ids[:, np.newaxis] == np.arange(len(vocabulary))).astype("float32")
print(f"\none-hot, {one_hot.shape}\n{one_hot.astype(int)}")

# In a model this is what training finds; here it is drawn.
table = np.random.default_rng(0).normal(size=(len(vocabulary), 3)).astype("float32")
vectors = one_hot @ table
print(f"\none-hot @ table, {vectors.shape}\n{vectors.round(2)}")

# All products but one are with 0, so the product only picks a row. A lookup is enough.
assert np.array_equal(vectors, table[ids])

by_one_hot = keras.ops.convert_to_numpy(hotrow.OneHot(len(vocabulary))(ids))
embedding = hotrow.Embedding(len(vocabulary), 3, weights=table)
by_embedding = keras.ops.convert_to_numpy(embedding(ids))
assert np.array_equal(by_one_hot, one_hot)
assert np.array_equal(by_embedding, vectors)
print("\nhotrow.OneHot and hotrow.Embedding give the same numbers, bit for bit.")
