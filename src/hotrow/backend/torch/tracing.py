"""State of tracing and of the training loop on PyTorch. Documented in `contract.py`."""

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import torch

from hotrow import keras_compat
from hotrow.backend.torch.lookup import watch_backward
from hotrow.backend.torch.values import peek as peek

SURVIVES_RAISE = True
PARALLEL_METHODS: frozenset[str] = frozenset({"predict", "predict_on_batch"})


def to_default_device(x: Any) -> Any:
    return keras.ops.convert_to_tensor(x) if isinstance(x, torch.Tensor) else x


def fault_of_distribution(by_rows: bool) -> str | None:
    distribution = keras.distribution.distribution()
    if distribution is None:
        return None
    return (
        f"Keras ignores its {type(distribution).__name__} on PyTorch, where each "
        "process would train a model of its own. Use JAX, or call "
        "keras.distribution.set_distribution(None)"
    )


def widest_int() -> str:
    return "int64"


def around_train_step(model: keras.Model, by_rows: Callable | None) -> None:
    """Marks the backward pass of steps whose optimizer hands gradients on as they are.

    A step reads the optimizer's variables itself.
    """
    if by_rows is None or not keras_compat.is_multi(model.optimizer):
        return
    optimizer = model.optimizer
    if "scale_loss" not in vars(optimizer):
        scale_loss = optimizer.scale_loss
        vars(optimizer)["scale_loss"] = lambda loss: watch_backward(scale_loss(loss))


def outside_step() -> Any:
    return contextlib.nullcontext()


def sync(model: keras.Model) -> None:
    """Nothing to do: training updates the variables themselves."""
