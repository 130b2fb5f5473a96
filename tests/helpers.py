"""Small helpers that several test files use."""

import keras
import numpy as np
from keras import ops


def to_numpy(x):
    """Returns a tensor or a variable as float32 NumPy where it is a narrow float."""
    x = ops.convert_to_tensor(x)
    if keras.backend.standardize_dtype(x.dtype) in ("bfloat16", "float16"):
        x = ops.cast(x, "float32")
    return ops.convert_to_numpy(x)


def compiled(model, loss="mse", optimizer=None, **kwargs):
    """Compiles a model with SGD, whose steps a test can do by hand."""
    model.compile(optimizer or keras.optimizers.SGD(0.1), loss, **kwargs)
    return model


def random_table(rows, width, seed=0):
    """Returns a float32 table of normal numbers."""
    return np.random.default_rng(seed).normal(size=(rows, width)).astype("float32")
