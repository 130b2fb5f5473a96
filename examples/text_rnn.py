"""An RNN that reads short reviews, once over Embedding and once over OneHot.

"not good" is bad, so the order of the words counts; id 0 is padding, which the RNN
skips. Run it with `KERAS_BACKEND=jax python examples/text_rnn.py` (or tensorflow...).
"""

import keras
import numpy as np

import hotrow

LENGTH = 8
GOOD, BAD = ["good", "great", "lovely"], ["bad", "awful", "dull"]
OTHER = ["the", "film", "was", "and", "plot", "long", "i", "say"]


def review(rng):
    """Returns some words, and 1 if they praise: a good word, or "not" and a bad one."""
    praises, negated = rng.integers(2, size=2)
    words = list(rng.choice(OTHER, size=rng.integers(1, LENGTH - 2)))
    opinion = [str(rng.choice(GOOD if praises != negated else BAD))]
    # Every review has a "not", so which words there are says nothing: order does.
    opinion = ["not", *opinion] if negated else [*opinion, "not"]
    place = rng.integers(len(words) + 1)
    return [*words[:place], *opinion, *words[place:]], praises


keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
reviews, labels = zip(*(review(rng) for _ in range(1200)), strict=True)
labels = np.array(labels)

vocabulary = np.unique(np.concatenate(reviews))
ids = np.zeros((len(reviews), LENGTH), dtype="int32")
for row, words in zip(ids, reviews, strict=True):
    row[: len(words)] = 1 + np.searchsorted(vocabulary, words)  # 0 is kept for padding
vocab_size = 1 + len(vocabulary)
train, test = slice(None, 1000), slice(1000, None)


def scores(model, ids):
    return model.predict(ids, batch_size=len(ids), verbose=0)[:, 0]


chance = max(labels[test].mean(), 1 - labels[test].mean())
print(f"{len(vocabulary)} words. The same answer for all is right for {chance:.0%}.")
for first in (
    hotrow.Embedding(vocab_size, 8, mask_zero=True),
    hotrow.OneHot(vocab_size, mask_zero=True),
):
    model = keras.Sequential(
        [first, keras.layers.GRU(16), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy")
    model.fit(ids[train], labels[train], batch_size=100, epochs=8, verbose=0)

    praise = scores(model, ids[test])
    accuracy = ((praise > 0.5) == labels[test]).mean()
    print(f"\n{type(first).__name__}, GRU, Dense: right for {accuracy:.0%}.")
    for words, score in list(zip(reviews[test], praise, strict=True))[:5]:
        print(f"  {score:.2f}  {' '.join(words)}")
    assert accuracy > chance + 0.3

    more_padding = np.pad(ids[test], [(0, 0), (0, 3)])
    assert np.allclose(scores(model, more_padding), praise, atol=1e-5)
