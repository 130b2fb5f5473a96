"""A well-known one-hot recipe casts ids to uint8, and mixes up words above 255.

No error says so. hotrow.OneHot keeps every id as it is, and refuses a bad one. Run it
with `KERAS_BACKEND=jax python examples/uint8_trap.py` (or tensorflow, or torch).
"""

import keras
import numpy as np
from keras import ops

import hotrow

VOCAB_SIZE = 300


def vectors(layer, ids):
    return ops.convert_to_numpy(layer(ops.convert_to_tensor(ids)))


recipe = keras.layers.Lambda(
    lambda x: ops.one_hot(ops.cast(x, "uint8"), VOCAB_SIZE),
    output_shape=(VOCAB_SIZE,),
)
layer = hotrow.OneHot(VOCAB_SIZE)

ids = np.array([44, 100, 255, 256, 299], dtype="int32")
print("Where the first 1 stands:")
print("  ids          ", *ids)
print("  uint8 recipe ", *vectors(recipe, ids).argmax(axis=-1))
print("  hotrow.OneHot", *vectors(layer, ids).argmax(axis=-1))
# A uint8 holds 0 to 255, so of an id only its remainder by 256 is left.
assert np.array_equal(vectors(recipe, ids), vectors(recipe, ids % 256))
assert np.array_equal(vectors(layer, ids), np.eye(VOCAB_SIZE)[ids])

every_id = np.arange(VOCAB_SIZE, dtype="int32")
distinct = len(np.unique(vectors(recipe, every_id), axis=0))
print(f"\nThe recipe has {distinct} vectors for {VOCAB_SIZE} words.")
assert distinct == 256
assert len(np.unique(vectors(layer, every_id), axis=0)) == VOCAB_SIZE

# Id 300 is not in the vocabulary at all: a mistake in the data, which one should see.
beyond = np.array([300], dtype="int32")
print(f"\nId 300, by the recipe: {vectors(recipe, beyond).argmax()}")
assert vectors(recipe, beyond).argmax() == 44
try:
    layer(beyond)
except ValueError as error:
    print(f"Id 300, by hotrow.OneHot: {error}")
else:
    raise AssertionError("id 300 of 300 words must be refused")
