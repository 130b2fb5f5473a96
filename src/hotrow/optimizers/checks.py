"""Refuses tables and optimizers that cannot be trained by rows."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from hotrow import backend
from hotrow.optimizers.row_wise_adagrad import RowWiseAdagrad
from hotrow.tables import registry

# Their rules work number by number, so that what is right for a table is right for the
# same rows of it and of its slots.
ROW_BY_ROW = (
    keras.optimizers.SGD,
    keras.optimizers.RMSprop,
    keras.optimizers.Adam,
    keras.optimizers.AdamW,
    keras.optimizers.Adagrad,
    keras.optimizers.Adadelta,
    keras.optimizers.Adamax,
    keras.optimizers.Nadam,
    keras.optimizers.Ftrl,
    keras.optimizers.Lion,
    RowWiseAdagrad,
)


def check_optimizer(optimizer: Any) -> None:
    """Raises `ValueError` for what `RowSparse` cannot run on any variable."""
    name = type(optimizer).__name__
    if not isinstance(optimizer, keras.Optimizer):
        raise ValueError(
            "RowSparse runs an optimizer of Keras: an instance of keras.Optimizer, or "
            f"the name of one. Received: {optimizer!r} (of type {name})."
        )
    if hasattr(optimizer, "inner_optimizer"):
        raise ValueError(
            f"RowSparse cannot run {name}, which runs an optimizer itself. Received: "
            f"{name} around {optimizer.inner_optimizer}. Pass that one."
        )
    if optimizer.built:
        raise ValueError(
            f"RowSparse needs an optimizer that has not trained yet. Received: {name} "
            f"that is built on {len(optimizer.variables)} variables. Make a new one: "
            f"{name}.from_config(optimizer.get_config())."
        )


def check_rule(optimizer: keras.Optimizer) -> None:
    """Raises `ValueError` if the rule of an optimizer does not work row by row."""
    if isinstance(optimizer, ROW_BY_ROW):
        return
    name = type(optimizer).__name__
    names = ", ".join(cls.__name__ for cls in ROW_BY_ROW)
    raise ValueError(
        f"RowSparse cannot run {name}: its rule is not known to treat each row of "
        f"a table by itself. Optimizers that work: {names}, and subclasses of "
        f"these. Use one of them for tables, with others={name}(...) for all other "
        f"variables; or {name} alone, which goes through whole tables."
    )


def check_table(variable: keras.Variable) -> None:
    """Raises `ValueError` if what is laid on a table does not work row by row."""
    table = registry.find(variable)
    regularizer = variable.regularizer
    if regularizer is None and table is not None:
        regularizer = table.regularizer
    sample = np.random.default_rng(0).normal(size=(6, *variable.shape[1:]))
    sample = sample.astype("float32")
    constraint = variable.constraint
    if constraint is not None and not _is_row_wise(constraint, sample):
        raise ValueError(
            f"RowSparse cannot keep the constraint of {variable.path}: what it makes "
            f"of a row depends on other rows. Received: {_describe(constraint)}. Pass "
            "axis=1 to norm constraints, as in keras.constraints.UnitNorm(axis=1), so "
            "that each row is treated by itself."
        )
    if regularizer is not None and not _is_sum_over_rows(regularizer, sample):
        raise ValueError(
            f"RowSparse cannot apply the regularizer of {variable.path}: it is no sum "
            f"over rows. Received: {_describe(regularizer)}. Use L1, L2 or L1L2 of "
            "keras.regularizers."
        )


def _describe(x: Any) -> str:
    config = x.get_config() if hasattr(x, "get_config") else {}
    arguments = ", ".join(f"{key}={value}" for key, value in config.items())
    return f"{getattr(x, '__name__', type(x).__name__)}({arguments})"


def _is_row_wise(fn: Callable, sample: np.ndarray) -> bool:
    whole = _call(fn, sample)
    return whole is not None and np.allclose(
        whole, np.concatenate([_call(fn, sample[:2]), _call(fn, sample[2:])])
    )


def _is_sum_over_rows(fn: Callable, sample: np.ndarray) -> bool:
    whole = _call(fn, sample)
    return whole is not None and np.allclose(
        whole, _call(fn, sample[:2]) + _call(fn, sample[2:]), rtol=1e-4
    )


def _call(fn: Callable, sample: np.ndarray) -> Any:
    with backend.outside_step():
        return ops.convert_to_numpy(fn(ops.convert_to_tensor(3 * sample)))
