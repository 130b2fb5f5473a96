"""A `.keras` file that was damaged is an error of Keras's, and never another model."""

import zipfile

import keras
import numpy as np
import pytest
from damage import COUNT, damaged, put

import hotrow

VOCAB = hotrow.Vocabulary(["Oslo", "Paris", "Rome"])
# By the part of the file that it strikes. Keras reads the archive, so they are its own.
ERRORS = (zipfile.BadZipFile, ValueError, OSError, KeyError, NotImplementedError)


def content_of(model):
    arrays = [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]
    return [np.asarray(x) for x in arrays], model.lookup.vocabulary, model.to_json()


@pytest.mark.slow
def test_a_damaged_model_is_an_error_or_as_it_was(tmp_path):
    table = hotrow.Embedding(len(VOCAB), 2)
    model = keras.Sequential(
        [keras.Input((), dtype="int32"), table, keras.layers.Dense(1)]
    )
    raw = hotrow.RawModel(model, hotrow.Lookup(VOCAB))
    raw.compile("adam", "mse")
    raw.fit(["Oslo", "Rome"], [1, 2], verbose=0)
    path = tmp_path / "m.keras"
    raw.save(path)
    weights, vocabulary, config = content_of(keras.saving.load_model(path))
    whole, refused, count = path.read_bytes(), 0, COUNT // 3
    for version in damaged(whole, path.name, count):
        put(path, version)
        try:
            loaded = keras.saving.load_model(path)
        except ERRORS:
            refused += 1
            continue
        same = content_of(loaded)
        np.testing.assert_equal(same[0], weights)
        assert same[1:] == (vocabulary, config)
    assert refused > count / 2
