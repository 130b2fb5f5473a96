import keras
import numpy as np
import pytest

from hotrow_cli.demo import models

SIZES = {
    "vocabulary_size": 30,
    "width": 4,
    "length": 6,
    "packages": 3,
    "seed": 5,
}
IDS = np.random.default_rng(0).integers(2, 30, (7, 6)).astype("int32")
IDS[0, 3:] = 0
IDS[1, 1:] = 0


@pytest.fixture(params=models.KINDS)
def model(request):
    keras.utils.set_random_seed(0)
    return models.build_model(request.param, **SIZES)


def test_the_answer_is_a_softmax_of_the_mean_of_the_words(model):
    table = models.embedding_matrix(model)
    assert table.shape == (30, 4)
    kernel, bias = map(keras.ops.convert_to_numpy, model.get_layer("package").weights)
    mean = np.stack([table[row[row != 0]].mean(axis=0) for row in IDS])
    powers = np.exp(mean @ kernel + bias)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(IDS, verbose=0), expected, atol=1e-6)


def test_both_kinds_begin_with_the_same_table():
    one, other = (models.build_model(kind, **SIZES) for kind in models.KINDS)
    np.testing.assert_array_equal(
        models.embedding_matrix(one), models.embedding_matrix(other)
    )


def test_it_learns(model):
    labels = (IDS[:, 0] % 3).astype("int32")
    first = model.evaluate(IDS, labels, verbose=0)[0]
    model.fit(IDS, labels, epochs=60, verbose=0)
    assert model.evaluate(IDS, labels, verbose=0)[0] < first / 2


def test_a_file_predicts_the_same(model, tmp_path):
    model.fit(IDS, np.zeros(len(IDS)), verbose=0)
    path = tmp_path / "model.keras"
    model.save(path)
    again = keras.saving.load_model(path).predict(IDS, verbose=0)
    np.testing.assert_array_equal(again, model.predict(IDS, verbose=0))
