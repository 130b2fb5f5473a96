"""Ids of every dtype, around every power of two, against the integers of Python.

No table is needed: what is tested is which row would be read.
"""

import math

import keras
import numpy as np
import pytest
from id_cases import (
    BACKEND,
    DTYPES,
    FLOATS,
    JAX_SIZE,
    TENSORS,
    Rows,
    as_python,
    as_tensor,
    as_text,
    check_of,
    compiled,
    expected,
    is_id,
    numbers,
    policies,
    rows_of,
    sizes,
)
from keras import ops

import hotrow
from hotrow import backend


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_ids(dtype):
    rng = np.random.default_rng(0)
    for size in sizes(dtype):
        values = numbers(dtype, size, rng)
        for policy in policies(size):
            want = expected(values, size, policy)
            check = check_of(size, policy)
            if BACKEND == "jax" and want.max() >= JAX_SIZE:
                with pytest.raises(ValueError, match="JAX_ENABLE_X64=1"):
                    check.to_tensor(values)
                continue
            got = ops.convert_to_numpy(check.to_tensor(values))
            np.testing.assert_array_equal(got, want, f"{dtype} {size} {policy}")


@pytest.mark.parametrize("is_seen", [True, False], ids=["eager", "traced"])
@pytest.mark.parametrize("dtype", TENSORS)
def test_tensors_and_variables(dtype, is_seen, monkeypatch):
    if not is_seen:
        monkeypatch.setattr(backend, "peek", lambda x: None)
    rng = np.random.default_rng(1)
    for size in sizes(dtype):
        # Of one length, so that JAX compiles each operation once.
        values = np.resize(numbers(dtype, size, rng), 100)
        tensor = as_tensor(values)
        assert dtype in str(tensor.dtype)
        for policy in policies(size):
            check = check_of(size, policy)
            if BACKEND == "jax" and dtype == "uint32" and size > JAX_SIZE:
                with pytest.raises(ValueError, match="JAX_ENABLE_X64=1"):
                    check.admit(tensor)
                continue
            got = rows_of(check.admit(tensor))
            want = expected(values, size, policy)
            np.testing.assert_array_equal(got, want, f"{dtype} {size} {policy}")


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_error_names_the_first_bad_id(dtype):
    rng = np.random.default_rng(2)
    for size in sizes(dtype)[::3]:
        values = numbers(dtype, size, rng)
        good = [is_id(v, size) for v in as_python(values)]
        check = check_of(size, "error")
        givers = [
            (check.to_tensor, dtype),
            (lambda x, check=check: check.to_tensor(x.tolist()), "float64"),
        ]
        if dtype in TENSORS:
            givers.append(
                (lambda x, check=check: check.admit(as_tensor(x)).values, dtype)
            )
        for give, shown in givers:
            if not all(good):
                first = as_python(values)[good.index(False)]
                first = as_text(first, shown)
                with pytest.raises(
                    ValueError, match=rf"id that is [a-z ]+: {first}\. "
                ):
                    give(values)
            if size >= JAX_SIZE and BACKEND == "jax":
                continue
            got = ops.convert_to_numpy(give(values[good]))
            np.testing.assert_array_equal(got, expected(values[good], size, 0))


@pytest.mark.parametrize("policy", ["zero", 0, 299])
def test_lists_scalars_and_variables(policy):
    given = [0, 37, -96, 299, 300, 2**31, 2**40, 2**63, 2**64 - 1, 2**80, -(2**70)]
    given += [2.0, 2.5, math.nan, math.inf, True, None]
    layer = check_of(300, policy)
    instead = -1 if policy == "zero" else policy
    want = [0, 37, instead, 299, *[instead] * 7, 2, *[instead] * 3, 1, instead]
    for value, row in zip(given, want, strict=True):
        if value is not None:
            assert int(ops.convert_to_numpy(layer.to_tensor(value))) == row
        assert ops.convert_to_numpy(layer.to_tensor([value])).tolist() == [row]
    assert ops.convert_to_numpy(layer.to_tensor(given)).tolist() == want
    for dtype, values in (("int8", [37, -96]), ("float32", [2, 2.5]), ("uint8", [255])):
        variable = keras.Variable(np.array(values, dtype), dtype=dtype, trainable=False)
        got = rows_of(layer.admit(layer.to_tensor(variable)))
        np.testing.assert_array_equal(
            got, expected(np.array(values, dtype), 300, policy)
        )


def test_an_int8_id_and_a_row_above_127():
    layer = hotrow.Embedding(
        300, 1, weights=np.arange(300.0)[:, None], out_of_range=299
    )
    rows = ops.convert_to_numpy(layer(np.array([37, -96], "int8")))
    np.testing.assert_array_equal(rows, [[37], [299]])


def close_sizes(dtype):
    """The sizes about the limits of a dtype."""
    if dtype == "bool":
        return [1, 2]
    limit = FLOATS.get(dtype) or int(np.iinfo(dtype).max)
    near = {limit // 2, limit - 1, limit, 300, limit + 1, 2 * limit + 2}
    return [s for s in sorted(near) if s < JAX_SIZE and s <= FLOATS.get(dtype, s)]


@pytest.fixture(scope="module")
def layers():
    """Layers by the dtype of their ids."""
    return {
        dtype: [
            Rows(size, policy)
            for size in close_sizes(dtype)
            for policy in ("zero", size - 1)
        ]
        for dtype in TENSORS
    }


def assert_rows(layers, arrays, outputs):
    for dtype, values in arrays.items():
        for layer, got in zip(layers[dtype], outputs[dtype], strict=True):
            want = expected(values, layer.input_dim, layer.out_of_range)
            name = f"{dtype} {layer.input_dim} {layer.out_of_range}"
            got = np.asarray(got)[..., 0]
            np.testing.assert_array_equal(got, want, name)


def arrays_of(layers):
    rng = np.random.default_rng(3)
    return {
        dtype: np.resize(
            np.concatenate([numbers(dtype, la.input_dim, rng) for la in group[::2]]),
            (300, 1),
        )
        for dtype, group in layers.items()
    }


# Keras keeps some of its rules of dtypes in caches, which the compiler looks through.
@pytest.mark.filterwarnings("ignore:Dynamo detected a call to a `functools.lru_cache`")
def test_compiled_code(layers):
    # PyTorch takes long to trace what Keras does about dtypes.
    step = 8 if BACKEND == "torch" else 1
    layers = {dtype: group[::step] for dtype, group in layers.items()}
    arrays = arrays_of(layers)

    def rows(x):
        return {
            dtype: [layer._ids.admit(x[dtype]).values for layer in group]
            for dtype, group in layers.items()
        }

    outputs = compiled(rows)({d: as_tensor(a) for d, a in arrays.items()})
    outputs = {
        d: [ops.convert_to_numpy(x)[..., None] for x in group]
        for d, group in outputs.items()
    }
    assert_rows(layers, arrays, outputs)


def test_predict(layers):
    # Keras makes float32 of the other floats, and PyTorch takes no uint64 from it.
    skipped = {*FLOATS, "uint64"} - {"float32"}
    layers = {d: group for d, group in layers.items() if d not in skipped}
    arrays = arrays_of(layers)
    inputs = {d: keras.Input((1,), dtype=d, name=d) for d in layers}
    outputs = {d: [la(inputs[d]) for la in layers[d]] for d in layers}
    model = keras.Model(inputs, outputs)
    assert_rows(layers, arrays, model.predict(arrays, verbose=0))
