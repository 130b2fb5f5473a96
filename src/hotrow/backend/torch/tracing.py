"""What is known on PyTorch while a step is traced. The names: `hotrow.backend`."""

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch

from hotrow import keras_internals

SURVIVES_RAISE = True


def peek(x: Any) -> np.ndarray | None:
    if x.device.type == "meta" or torch.compiler.is_exporting():
        return None
    if keras_internals.in_symbolic_scope():
        # Keras infers shapes on tensors of ones, which need not be ids at all.
        return None
    x = x.detach()
    # NumPy has no bfloat16 and no float8.
    narrow_float = x.dtype.is_floating_point and x.dtype.itemsize <= 2
    return (x.float() if narrow_float else x).cpu().numpy()


def outside_graph(fn: Callable) -> Callable:
    return torch.compiler.disable(fn)


def around_train_step(model: keras.Model, by_rows: bool) -> None:
    """Nothing to do: a step reads the optimizer's variables itself."""


def outside_step() -> Any:
    return contextlib.nullcontext()


def sync(model: keras.Model) -> None:
    """Nothing to do: training updates the variables themselves."""
