"""Models whose training a test can follow by hand."""

import keras
import numpy as np
from helpers import random_table
from keras import ops

import hotrow

ROWS, WIDTH = 40, 3


def sum_of_rows(layer, dense=False):
    """A model whose output is the sum of the rows of its ids, or of a Dense of it."""
    inputs = keras.Input((None,), dtype="int32")
    outputs = ops.sum(layer(inputs), axis=1)
    return keras.Model(inputs, keras.layers.Dense(1)(outputs) if dense else outputs)


def new_table(**kwargs):
    kwargs.setdefault("weights", random_table(ROWS, WIDTH))
    return hotrow.Embedding(ROWS, WIDTH, name="words", **kwargs)


def linear_loss(targets, outputs):
    """A loss whose gradient with respect to the outputs is `targets`, as given."""
    return ops.sum(targets * outputs)


def dense_gradient(ids, targets, rows=ROWS):
    """The gradient of `linear_loss` with respect to the table of `sum_of_rows`."""
    gradient = np.zeros((rows, targets.shape[-1]))
    np.add.at(gradient, ids, targets[:, np.newaxis])
    return gradient


def batches(seed, steps, sizes=(5, 4), rows=ROWS):
    """Ids and targets of a few steps; the ids of a batch are few and repeat."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        some = rng.choice(rows, size=6)
        ids = rng.choice(some, size=sizes).astype("int32")
        yield ids, rng.normal(size=(sizes[0], WIDTH)).astype("float32")


def train(model, steps):
    for ids, targets in steps:
        model.train_on_batch(ids, targets)
    return table_of(model)


def table_of(model):
    return next(x for x in model.layers if x.name == "words").get_weights()[0]
