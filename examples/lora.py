"""LoRA: fine-tune a table by training two thin matrices, then merge them into it.

The table stays as it is; A (rows x 4) and B (4 x width) learn what to add to it. Run it
with `KERAS_BACKEND=jax python examples/lora.py` (or tensorflow, or torch).
"""

import tempfile
from pathlib import Path

import keras
import numpy as np

import hotrow

WORDS, WIDTH, LENGTH, RANK = 200, 32, 6, 4
rng = np.random.default_rng(0)
ids = rng.integers(WORDS, size=(1000, LENGTH))


def scorer():
    """A model that can learn to score a text by the sum of what its words are worth."""
    return keras.Sequential(
        [
            hotrow.Embedding(WORDS, WIDTH, input_length=LENGTH),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )


def train(model, worth):
    """Trains on texts scored by `worth`, and returns the first loss and the last."""
    model.compile(keras.optimizers.Adam(0.01), "mse")
    scores = worth[ids].sum(axis=1)
    history = model.fit(ids, scores, batch_size=100, epochs=12, verbose=0).history
    return history["loss"][0], history["loss"][-1]


def values(variables):
    return {v.name: keras.ops.convert_to_numpy(v) for v in variables}


keras.utils.set_random_seed(0)
model = scorer()
embedding, _, dense = model.layers
worth = rng.normal(size=WORDS)
first, last = train(model, worth)
print(f"Trained    {model.count_params()} weights: loss {first:.2f} -> {last:.2f}")

# Half of the words change their worth. With the head frozen too, only LoRA learns.
dense.trainable = False
embedding.enable_lora(RANK)
before = values(model.weights)
thin = sum(weight.size for weight in values(model.trainable_weights).values())
first, last = train(model, np.where(np.arange(WORDS) % 2, worth, -worth))
print(f"Fine-tuned  {thin} weights: loss {first:.2f} -> {last:.2f}")
assert thin == (WORDS + WIDTH) * RANK
assert last < 0.1 * first

after = values(model.weights)
moved = [name for name in after if not np.array_equal(before[name], after[name])]
print(f"What moved: {', '.join(moved)}")
assert moved == ["lora_embeddings_a", "lora_embeddings_b"]

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "scorer.weights.h5"
    model.save_weights(file)  # Writes one table: the base with A @ B added.
    plain = scorer()
    plain.load_weights(file)

merged = plain.layers[0].get_weights()[0]
product = after["lora_embeddings_a"] @ after["lora_embeddings_b"]
assert np.allclose(merged, after["embeddings"] + product, atol=1e-6)
predicted = [m.predict(ids, batch_size=len(ids), verbose=0) for m in (model, plain)]
difference = np.abs(predicted[0] - predicted[1]).max()
print(f"Merged into {plain.count_params()} weights: scores within {difference:.0e}")
assert difference < 1e-4
