"""State of tracing and of the training loop on JAX. Documented in `contract.py`."""

import contextlib
from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np

# `fit` takes the weights out of the variables and donates them to the compiled step,
# so an exception from inside it leaves the model without weights.
SURVIVES_RAISE = False
PARALLEL_METHODS: frozenset[str] = frozenset()


def peek(x: Any) -> np.ndarray | None:
    return None if isinstance(x, jax.core.Tracer) else np.asarray(x)


def to_default_device(x: Any) -> Any:
    return x


def fault_of_distribution(by_rows: bool) -> str | None:
    return None


def widest_int() -> str:
    return "int64" if jax.config.jax_enable_x64 else "int32"


def around_train_step(model: keras.Model, by_rows: Callable | None) -> None:
    if model.train_function is not None:
        return
    # A new function for each `compile`: JAX knows a compiled step by its function.
    attributes = vars(model)
    step = attributes.pop("train_step", None)
    step = getattr(step, "hotrow_wraps", step)
    if step is not None:
        attributes["train_step"] = step
    if by_rows is None:
        return

    def train_step(state: Any, data: Any) -> Any:
        run = type(model).train_step.__get__(model) if step is None else step
        with contextlib.ExitStack() as stack:
            for optimizer in by_rows(model.optimizer):
                stack.enter_context(optimizer.reading(state[2], model.optimizer))
            return run(state, data)

    train_step.hotrow_wraps = step  # type: ignore[attr-defined]
    attributes["train_step"] = train_step


def outside_step() -> Any:
    return contextlib.nullcontext()


def same_trace(a: Any, b: Any) -> bool:
    return getattr(a, "_trace", None) is getattr(b, "_trace", None)


def sync(model: keras.Model) -> None:
    model.jax_state_sync()
