"""Random ids of random dtypes through every layer, against the integers of Python.

`HOTROW_RANDOM_IDS=100000` runs that many cases, as before a release. A case is an
array, a list or a tensor of ids, a number of rows and a policy.
"""

import functools
import os

import keras
import numpy as np
import pytest
from id_cases import (
    BACKEND,
    DTYPES,
    FLOATS,
    JAX_SIZE,
    SIZES,
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
)
from keras import ops

import hotrow

COUNT = int(os.environ.get("HOTROW_RANDOM_IDS", "300"))
SHAPES = [(), (1,), (5,), (2, 3)]
NEAR = [2**p + d for p in (7, 8, 15, 16) for d in (-1, 0, 1)]
if COUNT < 10_000:
    # JAX compiles for each, and quantization most of all.
    NEAR = [257, 2**15 + 1]
FORMS = ("array", "list", "tensor")


def draw(rng, sizes):
    """A dtype, a number of rows, a policy, values and what they are given as."""
    form = FORMS[rng.integers(len(FORMS))]
    names = TENSORS if form == "tensor" else DTYPES
    dtype = names[rng.integers(len(names))]
    fitting = [s for s in sizes if s <= FLOATS.get(dtype, s)] or [1, 2, 3, 5, 8]
    size = int(fitting[rng.integers(len(fitting))])
    policy = ("error", "zero", int(rng.integers(size)))[rng.integers(3)]
    pool = numbers(dtype, size, rng)
    if policy == "error" and rng.random() < 0.7:
        good = [is_id(value, size) for value in as_python(pool)]
        pool = pool[good] if any(good) else np.zeros(1, pool.dtype)
    shape = SHAPES[rng.integers(len(SHAPES))]
    return dtype, size, policy, rng.choice(pool, shape), form


def given_as(values, form):
    values = np.asarray(values)
    if form == "array":
        return values
    return values.tolist() if form == "list" else as_tensor(values)


def check(read, size, policy, values, form, what):
    """Fails unless `read` gives the right rows, or the error for the first bad id."""
    values = np.asarray(values)
    bad = [value for value in as_python(values) if not is_id(value, size)]
    if policy == "error" and bad:
        dtype = "float64" if form == "list" else values.dtype.name
        text = as_text(bad[0], dtype)
        with pytest.raises(ValueError, match=rf"id that is [a-z ]+: {text}\."):
            read(given_as(values, form))
        return
    want = expected(values, size, 0 if policy == "error" else policy)
    got = read(given_as(values, form))
    np.testing.assert_array_equal(got, want, f"{what} {size} {policy} {form}")


def test_checks():
    """At the level of the check, where a number of rows needs no table."""
    rng = np.random.default_rng(10)
    sizes = SIZES if BACKEND != "jax" else [s for s in SIZES if s < JAX_SIZE]
    for _ in range(COUNT):
        dtype, size, policy, values, form = draw(rng, sizes)
        id_check = check_of(size, policy)

        def read(ids, id_check=id_check, policy=policy):
            ids = id_check.to_tensor(ids)
            # Values that are no ids may be -1 by now, as `zero` means them.
            return ops.convert_to_numpy(id_check.admit(ids).values)

        check(read, size, policy, values, form, dtype)


def table_of(size):
    return np.arange(1.0, size + 1)[:, None]


def embedding(size, policy, cls=hotrow.Embedding):
    return cls(size, 1, weights=table_of(size), out_of_range=policy)


def reversible(size, policy):
    return embedding(size, policy, hotrow.ReversibleEmbedding)


def with_lora(size, policy):
    layer = hotrow.Embedding(
        size, 1, embeddings_initializer="zeros", out_of_range=policy, lora_rank=1
    )
    layer.build()
    layer.lora_embeddings_a.assign(table_of(size))
    layer.lora_embeddings_b.assign([[1.0]])
    return layer


def quantized(mode):
    def make(size, policy):
        layer = embedding(size, policy)
        layer.quantize(mode)
        return layer

    return make


def fused(size, policy):
    inputs = keras.Input((1,), dtype="int32")
    dense = keras.layers.Dense(1, use_bias=False)
    model = keras.Model(inputs, dense(hotrow.OneHot(size, out_of_range=policy)(inputs)))
    dense.set_weights([table_of(size)])
    layers = hotrow.fuse(model).layers[1:]
    # One by one: a model casts what it is given to the dtype of its Input.
    return lambda ids: functools.reduce(lambda x, layer: layer(x), layers, ids)


def one_hot(size, policy):
    layer = hotrow.OneHot(size, out_of_range=policy)
    places = np.arange(1.0, size + 1)
    return lambda ids: ops.convert_to_numpy(layer(ids)) @ places[:, None]


LAYERS = {
    "Embedding": embedding,
    "ReversibleEmbedding": reversible,
    "LoRA": with_lora,
    "int8": quantized("int8"),
    "int4": quantized("int4"),
    "fused Dense": fused,
    "OneHot": one_hot,
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name):
    """Row i holds i + 1, so that what is read is seen in what comes out."""
    rng = np.random.default_rng(11)
    layers = {}
    # A one-hot vector of 2**16 numbers is a wide thing to look at a million times.
    sizes = [s for s in NEAR if name != "OneHot" or s < 2**10]
    for _ in range(max(1, COUNT // len(LAYERS))):
        dtype, size, policy, values, form = draw(rng, sizes)
        # Few layers: a table is made once for each size and kind of policy.
        if policy not in ("error", "zero"):
            policy = int(policy % 2 * (size - 1))
        key = (size, policy)
        if key not in layers:
            layers[key] = LAYERS[name](size, policy)

        def read(ids, layer=layers[key]):
            return np.rint(ops.convert_to_numpy(layer(ids))[..., 0]) - 1

        check(read, size, policy, values, form, f"{name} {dtype}")


@pytest.mark.filterwarnings("ignore:Dynamo detected a call to a `functools.lru_cache`")
def test_compiled_code():
    rng = np.random.default_rng(12)
    # PyTorch takes long to trace what Keras does about dtypes.
    layers = {}
    for dtype in TENSORS[:: 4 if BACKEND == "torch" else 1]:
        sizes = [
            s for s in (2, 128, 300, 2**15 + 1, 2**16) if s <= FLOATS.get(dtype, s)
        ]
        size = sizes[-1]
        layers[dtype] = [Rows(size, "zero"), Rows(size, size - 1), Rows(2, 1)]

    def rows(x):
        return {
            dtype: [layer._ids.admit(x[dtype]).values for layer in group]
            for dtype, group in layers.items()
        }

    function = compiled(rows)
    for _ in range(max(1, COUNT // (3 * len(layers)))):
        arrays = {
            dtype: rng.choice(numbers(dtype, group[0].input_dim, rng), 60)
            for dtype, group in layers.items()
        }
        outputs = function({d: as_tensor(a) for d, a in arrays.items()})
        for dtype, group in layers.items():
            for layer, got in zip(group, outputs[dtype], strict=True):
                want = expected(arrays[dtype], layer.input_dim, layer.out_of_range)
                np.testing.assert_array_equal(
                    ops.convert_to_numpy(got), want, f"{dtype} {layer.input_dim}"
                )
