"""What is known on JAX while a step is traced. The names: `hotrow.backend`."""

import contextlib
from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np

# `fit` takes the weights out of the variables and donates them to the compiled step,
# so an exception from inside it leaves the model without weights.
SURVIVES_RAISE = False


def peek(x: Any) -> np.ndarray | None:
    return None if isinstance(x, jax.core.Tracer) else np.asarray(x)


def outside_graph(fn: Callable) -> Callable:
    return fn


def around_train_step(model: keras.Model) -> None:
    step = model.train_step
    if hasattr(step, "hotrow_wraps"):
        return

    def train_step(state: Any, data: Any) -> Any:
        reading = getattr(model.optimizer, "reading", None)
        with contextlib.nullcontext() if reading is None else reading(state[2]):
            return step(state, data)

    train_step.hotrow_wraps = step  # type: ignore[attr-defined]
    model.train_step = train_step


def same_trace(a: Any, b: Any) -> bool:
    return getattr(a, "_trace", None) is getattr(b, "_trace", None)


def sync(model: keras.Model) -> None:
    model.jax_state_sync()
