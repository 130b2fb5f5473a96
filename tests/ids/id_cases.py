"""Ids of every dtype around every power of two, and their rows in Python's integers."""

import math
import re

import keras
import ml_dtypes
import numpy as np
from keras import ops

from hotrow import backend
from hotrow.ids.id_check import IdCheck
from hotrow.ids.id_errors import BadId
from hotrow.layers.id_layer import IdLayer

BACKEND = keras.backend.backend()
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
# Up to which number each of these holds all of them.
FLOATS = {
    "float8_e5m2": 2**3,
    "float8_e4m3fn": 2**4,
    "bfloat16": 2**8,
    "float16": 2**11,
    "float32": 2**24,
    "float64": 2**53,
}
DTYPES = (*SIGNED, *UNSIGNED, "bool", *FLOATS)
IN_32_BITS = [dtype for dtype in DTYPES if "64" not in dtype]
TENSORS = IN_32_BITS if BACKEND == "jax" else DTYPES
POWERS = (0, 1, 2, 3, 4, 7, 8, 10, 11, 12, 15, 16, 17, 23, 24, 25, 30, 31, 32, 33)
SIZES = sorted({2**p + d for p in POWERS for d in (-1, 0, 1) if 2**p + d > 0})
# JAX has no ids from here on.
JAX_SIZE = 2**31


def as_numpy_dtype(dtype):
    return np.dtype(getattr(ml_dtypes, dtype, dtype))


def numbers(dtype, size, rng, count=20):
    """An array of numbers that such a dtype can hold, most of them close calls."""
    edges = {2**k + d for k in (7, 8, 15, 16, 24, 31, 32, 53, 63) for d in (-1, 0, 1)}
    edges |= {-e for e in edges} | {0, 1, -1, size // 2, 2**64 - 1}
    edges |= {size + d for d in (-2, -1, 0, 1)}
    edges |= {int(x) for x in rng.integers(-size, 2 * size, count)}
    if dtype == "bool":
        return np.array([False, True, True, False])
    if dtype in FLOATS:
        odd = [0.5, -0.5, size - 0.5, -0.0, 1e-30, 1e30, math.nan, math.inf, -math.inf]
        values = np.array([*map(float, edges), *odd])
        with np.errstate(over="ignore", invalid="ignore"):
            values = values.astype(as_numpy_dtype(dtype))
    else:
        info = np.iinfo(dtype)
        edges |= {int(info.min), int(info.max)}
        values = np.array([e for e in edges if info.min <= e <= info.max], dtype)
    return rng.permutation(values)


def as_python(values):
    """The numbers of an array as Python has them, exactly."""
    if values.dtype.name in FLOATS:
        return [float(x) for x in values.ravel()]
    return [int(x) for x in values.ravel()]


def is_id(value, size):
    whole = isinstance(value, int) or (math.isfinite(value) and value == int(value))
    return whole and 0 <= int(value) < size


def expected(values, size, policy):
    """The row of each id, -1 for none: in the integers of Python."""
    instead = -1 if policy == "zero" else policy
    rows = [int(v) if is_id(v, size) else instead for v in as_python(values)]
    return np.array(rows, "int64").reshape(values.shape)


def as_tensor(values):
    """A tensor of the same dtype, which Keras does not make of all on PyTorch."""
    if BACKEND != "torch":
        return ops.convert_to_tensor(values)
    import torch

    if values.dtype.name in list(FLOATS)[:3]:
        narrow = getattr(torch, values.dtype.name)
        return torch.from_numpy(values.astype("float32")).to(narrow)
    return torch.from_numpy(values)


def rows_of(ids):
    values = ops.convert_to_numpy(ids.values)
    assert values.dtype in (np.int32, np.int64)
    if ids.valid is not None:
        valid = ops.convert_to_numpy(ids.valid)
        np.testing.assert_array_equal(values >= 0, valid)
    return values


def check_of(size, policy):
    state = None
    if policy == "error":
        state = backend.new_bad_id_state("bad_id", BadId)
    return IdCheck("words", size, policy, state)


def policies(size):
    rows = (0, size - 1)
    # JAX has no such row.
    return ("zero", *(r for r in rows if r < JAX_SIZE or BACKEND != "jax"))


def sizes(dtype):
    return [size for size in SIZES if size <= FLOATS.get(dtype, size)]


def as_text(value, dtype):
    """A number as an error shows it, as a pattern. A list has floats of 64 bits."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    elif isinstance(value, float) and dtype != "float64":
        value = np.float32(value)
    return re.escape(str(value))


class Rows(IdLayer):
    """A layer that gives the rows that would be read, and needs no table."""

    def __init__(self, input_dim, out_of_range):
        super().__init__(dtype="int32")
        self._init_ids(input_dim, None, False, out_of_range)
        self._width = 1
        self.built = True

    def _vectors(self, ids):
        return ops.expand_dims(ops.cast(ids.values, "int32"), -1)


def compiled(function):
    """A function compiled as users of the backend do it."""
    if BACKEND == "jax":
        import jax

        return jax.jit(function)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(function)
    import torch

    return torch.compile(function, backend="eager", fullgraph=True)
