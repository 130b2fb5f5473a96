"""The contract of ids: dtype x shape x value x policy, against NumPy."""

import keras
import numpy as np
import pytest
from helpers import random_table, to_numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from keras import ops

import hotrow

ROWS, WIDTH = 300, 3
TABLE = random_table(ROWS, WIDTH)
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
WIDE_FLOATS = ["float32", "float64"]
# JAX has no 64-bit tensors unless asked, and PyTorch no wide unsigned ones.
TENSORS = ["int8", "int16", "int32", "uint8", "float32"]


def expected_rows(ids, policy):
    """The meaning of a policy, said in NumPy."""
    wide = ids.astype("float64")
    good = (wide >= 0) & (wide < ROWS) & (wide == np.floor(wide))
    rows = np.where(good, np.where(good, wide, 0), 0).astype("int64")
    if policy == "zero":
        return np.where(good[..., None], TABLE[rows], 0)
    return TABLE[np.where(good, rows, policy)]


@st.composite
def id_arrays(draw, dtypes=(*INTEGERS, *WIDE_FLOATS)):
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    if dtype.kind == "f":
        elements = st.one_of(
            st.integers(-5, ROWS + 5).map(float),
            st.sampled_from([0.5, -0.5, 2.5, float("nan"), float("inf"), 1e30]),
        )
    else:
        info = np.iinfo(dtype)
        elements = st.one_of(
            st.integers(max(info.min, -5), min(info.max, ROWS + 5)),
            st.integers(int(info.min), int(info.max)),
        )
    return draw(hnp.arrays(dtype, shape, elements=elements))


@settings(max_examples=60, deadline=None)
@given(ids=id_arrays(), policy=st.sampled_from(["zero", 0, 7]))
def test_policies_mean_what_numpy_says(ids, policy):
    layer = hotrow.Embedding(ROWS, WIDTH, weights=TABLE, out_of_range=policy)
    np.testing.assert_array_equal(to_numpy(layer(ids)), expected_rows(ids, policy))


@settings(max_examples=60, deadline=None)
@given(ids=id_arrays())
def test_error_policy_raises_for_the_first_bad_id_and_no_other(ids):
    layer = hotrow.Embedding(ROWS, WIDTH, weights=TABLE, name="words")
    wide = ids.astype("float64").ravel()
    bad = ids.ravel()[~((wide >= 0) & (wide < ROWS) & (wide == np.floor(wide)))]
    if bad.size == 0:
        np.testing.assert_array_equal(to_numpy(layer(ids)), expected_rows(ids, "zero"))
        return
    with pytest.raises(ValueError, match="'words' received an id that is "):
        layer(ids)
    first = bad[0].item()
    fault = "out of range"
    if isinstance(first, float):
        is_whole = first.is_integer()
        fault = fault if is_whole else "not a whole number"
        first = int(first) if is_whole else first
    with pytest.raises(ValueError, match=rf"{fault}: {first!s}\."):
        layer(ids)


@settings(max_examples=30, deadline=None)
@given(ids=id_arrays())
def test_one_hot_agrees_with_numpy(ids):
    hot = to_numpy(hotrow.OneHot(ROWS, out_of_range="zero")(ids))
    expected = ids[..., None].astype("float64") == np.arange(ROWS)
    np.testing.assert_array_equal(hot, expected)


@settings(max_examples=30, deadline=None)
@given(ids=id_arrays(TENSORS))
def test_a_tensor_means_the_same_as_an_array(ids):
    layer = hotrow.Embedding(ROWS, WIDTH, weights=TABLE, out_of_range="zero")
    tensor = ops.convert_to_tensor(ids)
    np.testing.assert_array_equal(to_numpy(layer(tensor)), expected_rows(ids, "zero"))


@pytest.mark.parametrize("policy", ["zero", 0, 7])
@pytest.mark.parametrize("dtype", ["int16", "int32", "uint8", "float32"])
def test_compiled_predict_means_the_same_as_an_eager_call(dtype, policy):
    ids = np.array([[0, 299, 300, 7], [255, 1, 2, 250]])
    ids = ids.astype(dtype) if dtype != "uint8" else (ids % 256).astype(dtype)
    if dtype == "float32":
        ids[0, 0] = 2.5
    elif dtype != "uint8":
        ids[0, 0] = -1
    layer = hotrow.Embedding(ROWS, WIDTH, weights=TABLE, out_of_range=policy)
    model = keras.Sequential([keras.Input((4,), dtype=dtype), layer])
    predicted = model.predict(ids, verbose=0)
    np.testing.assert_array_equal(predicted, expected_rows(ids, policy))


def test_ids_beyond_32_bits_are_seen_whole():
    layer = hotrow.Embedding(ROWS, WIDTH, weights=TABLE)
    with pytest.raises(ValueError, match=r"out of range: 4294967301\."):
        layer(np.array([2**32 + 5]))


def test_an_error_shows_the_number_that_the_user_wrote():
    layer = hotrow.Embedding(ROWS, WIDTH)
    model = keras.Sequential([keras.Input((1,)), layer])
    for value, text in (
        (2.7, "not a whole number: 2.7"),
        (400.0, "out of range: 400"),
        (300.0, "out of range: 300"),
        (np.nan, "not a whole number: nan"),
    ):
        for call in (layer, lambda x: model.predict(x, verbose=0)):
            with pytest.raises(ValueError, match=rf"{text}\. Ids"):
                call(np.array([[value]], "float32"))


def test_ids_that_start_at_1_get_a_hint():
    with pytest.raises(ValueError, match=r"if your ids start at 1, subtract 1"):
        hotrow.OneHot(10)([1, 10])


def test_a_uint8_id_is_only_ever_widened():
    layer = hotrow.Embedding(ROWS, WIDTH, weights=TABLE)
    ids = np.array([255, 0, 128], "uint8")
    np.testing.assert_array_equal(to_numpy(layer(ids)), TABLE[[255, 0, 128]])


def test_booleans_are_ids_of_two_categories():
    hot = to_numpy(hotrow.OneHot(2)(np.array([True, False])))
    np.testing.assert_array_equal(hot, [[0, 1], [1, 0]])


@pytest.mark.parametrize("ids", [3, 3.0, [1, 2], [[1, 2], [0, 4]], (1, 2)])
def test_plain_numbers_and_lists_are_ids(ids):
    layer = hotrow.Embedding(ROWS, WIDTH, weights=TABLE)
    expected = TABLE[np.asarray(ids).astype(int)]
    np.testing.assert_array_equal(to_numpy(layer(ids)), expected)


@pytest.mark.parametrize(
    ("dtype", "bits"), [("float16", 11), ("bfloat16", 8), ("float32", 24)]
)
def test_a_dtype_that_cannot_hold_every_id_is_refused(dtype, bits):
    fits = hotrow.OneHot(2**bits, name="fits")
    fits.compute_output_spec(keras.KerasTensor((2,), dtype=dtype))
    lossy = hotrow.OneHot(2**bits + 1, name="lossy")
    message = (
        rf"'lossy' has input_dim={2**bits + 1}, but {dtype} holds.*dtype=\"int32\""
    )
    with pytest.raises(ValueError, match=message):
        lossy.compute_output_spec(keras.KerasTensor((2,), dtype=dtype))
    with pytest.raises(ValueError, match=message):
        lossy(keras.Input((2,), dtype=dtype))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_lossy_tensor_is_refused_in_an_eager_call(dtype):
    ids = ops.cast(ops.convert_to_tensor([1, 2]), dtype)
    with pytest.raises(ValueError, match=f"ids of dtype {dtype}"):
        hotrow.Embedding(5000, 2)(ids)


@pytest.mark.parametrize("value", [0, -1, 2.0, True, None, "10"])
@pytest.mark.parametrize("make", [hotrow.OneHot, lambda v: hotrow.Embedding(v, 2)])
def test_a_bad_input_dim_is_refused(make, value):
    with pytest.raises(ValueError, match="`input_dim` must be a positive integer"):
        make(value)


@pytest.mark.parametrize("make", [hotrow.OneHot, hotrow.Embedding])
def test_a_missing_input_dim_is_named(make):
    with pytest.raises(TypeError, match="input_dim"):
        make()


@pytest.mark.parametrize("value", ["clip", 10, -1, 1.5, None, True])
@pytest.mark.parametrize(
    "make", [hotrow.OneHot, lambda v, **k: hotrow.Embedding(v, 2, **k)]
)
def test_a_bad_out_of_range_is_refused(make, value):
    with pytest.raises(ValueError, match='"error", "zero", or the row from 0 to 9'):
        make(10, out_of_range=value)


def test_numpy_integers_are_sizes():
    assert hotrow.Embedding(np.int64(10), np.int32(2)).get_config()["input_dim"] == 10
