"""`Embedding(weights=...)`."""

import re

import keras
import numpy as np
import pytest
from helpers import compiled, random_table, to_numpy
from keras import ops

import hotrow

TABLE = random_table(10, 4)


@pytest.mark.parametrize(
    "weights",
    [
        TABLE,
        [TABLE],
        (TABLE,),
        TABLE.astype("float64"),
        TABLE.tolist(),
        [TABLE.tolist()],
    ],
    ids=["array", "list", "tuple", "float64", "rows", "list of rows"],
)
def test_the_forms_that_a_table_may_have(weights):
    layer = hotrow.Embedding(10, 4, weights=weights)
    np.testing.assert_array_equal(layer.get_weights()[0], TABLE)


def test_a_tensor_is_a_table():
    layer = hotrow.Embedding(10, 4, weights=ops.convert_to_tensor(TABLE))
    np.testing.assert_array_equal(layer.get_weights()[0], TABLE)


def test_a_table_of_one_row():
    layer = hotrow.Embedding(1, 4, weights=[[1, 2, 3, 4]])
    np.testing.assert_array_equal(layer.get_weights()[0], [[1, 2, 3, 4]])


def test_a_memory_mapped_table_is_read_and_never_written(tmp_path):
    path = tmp_path / "table.npy"
    np.save(path, TABLE)
    layer = hotrow.Embedding(10, 4, weights=np.load(path, mmap_mode="r"))
    model = keras.Sequential([keras.Input((1,), dtype="int32"), layer])
    compiled(model).fit(np.zeros((4, 1)), np.ones((4, 1, 4)), verbose=0)
    assert not np.array_equal(layer.get_weights()[0], TABLE)
    np.testing.assert_array_equal(np.load(path), TABLE)


def test_training_leaves_the_users_array_alone():
    mine = TABLE.copy()
    layer = hotrow.Embedding(10, 4, weights=mine)
    model = keras.Sequential([keras.Input((1,), dtype="int32"), layer])
    compiled(model).fit(np.zeros((4, 1)), np.ones((4, 1, 4)), verbose=0)
    np.testing.assert_array_equal(mine, TABLE)
    mine[:] = 0
    assert layer.get_weights()[0].any()


def test_the_declared_initializer_stays_in_the_config():
    layer = hotrow.Embedding(10, 4, "he_normal", weights=TABLE)
    again = hotrow.Embedding.from_config(layer.get_config())
    assert isinstance(again.embeddings_initializer, keras.initializers.HeNormal)


@pytest.mark.parametrize("shape", [(10, 5), (4, 10), (10,), (10, 4, 1), (0, 4)])
def test_a_wrong_shape_says_both_shapes(shape):
    shapes = rf"'words'.*\(10, 4\).*{re.escape(str(shape))}"
    with pytest.raises(ValueError, match=shapes):
        hotrow.Embedding(10, 4, weights=np.zeros(shape), name="words")


def test_nan_is_refused_and_its_row_named():
    table = np.zeros((70_000, 2), "float32")
    table[66_001, 1] = np.nan
    with pytest.raises(ValueError, match=r"'words' must hold numbers.*row 66001"):
        hotrow.Embedding(70_000, 2, weights=table, name="words")


def test_infinity_is_a_number_and_stays_out_of_bad_ids():
    table = TABLE.copy()
    table[0] = -np.inf
    layer = hotrow.Embedding(10, 4, weights=table, out_of_range="zero")
    model = keras.Sequential([keras.Input((3,), dtype="int32"), layer])
    rows = model.predict(np.array([[0, 99, 2]]), verbose=0)[0]
    np.testing.assert_array_equal(rows, [table[0], np.zeros(4), table[2]])
    np.testing.assert_array_equal(to_numpy(layer(np.array([99]))), np.zeros((1, 4)))


def test_text_is_refused():
    with pytest.raises(ValueError, match=r"'words' must hold numbers.*<U1"):
        hotrow.Embedding(1, 2, weights=[["a", "b"]], name="words")


def test_a_quantized_dtype_is_refused():
    with pytest.raises(ValueError, match=r"call layer\.quantize\('int8'\)"):
        hotrow.Embedding(10, 4, weights=TABLE, dtype="int8_from_float32")
