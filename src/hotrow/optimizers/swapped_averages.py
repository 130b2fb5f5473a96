"""`keras.callbacks.SwapEMAWeights` over all the optimizers that `RowSparse` runs.

Keras's own swaps those of one optimizer, or of a `MultiOptimizer` and not of what runs
within it.
"""

from typing import Any

import keras
from keras import ops

from hotrow import keras_compat
from hotrow.tables import registry


def watch_callback() -> None:
    """Has the callback swap all averages of models that `RowSparse` trains."""
    keras_compat.around_swaps(_swap, _finish)


def _swap(model: keras.Model) -> bool:
    pairs = _averaged(model)
    for variable, average in pairs:
        # A copy: JAX donates both to the next step, and a buffer only once.
        before = ops.copy(average.value)
        average.assign(variable.value)
        variable.assign(before)
    return bool(pairs)


def _finish(model: keras.Model) -> bool:
    pairs = _averaged(model)
    for variable, average in pairs:
        average.assign(ops.copy(ops.stop_gradient(variable.value)))
    return bool(pairs)


def _averaged(model: keras.Model) -> list[tuple[keras.Variable, keras.Variable]]:
    """Returns variables and averages; none without `use_ema` and without `RowSparse`.

    Then Keras's callback does what it does, or raises its error.
    """
    if not registry.by_rows_in(model.optimizer):
        return []
    return [
        pair for optimizer in _within(model.optimizer) for pair in _pairs(optimizer)
    ]


def _within(optimizer: Any) -> list[Any]:
    """Returns the optimizers that an optimizer runs, or itself."""
    if registry.trains_by_rows(optimizer):
        return [optimizer]
    inner = getattr(optimizer, "inner_optimizer", None)
    runs = getattr(optimizer, "optimizers", []) if inner is None else [inner]
    return [found for one in runs for found in _within(one)] or [optimizer]


def _pairs(optimizer: Any) -> list[tuple[keras.Variable, keras.Variable]]:
    if registry.trains_by_rows(optimizer):
        pairs: list[tuple[keras.Variable, keras.Variable]] = optimizer.averaged()
        return pairs
    if not (optimizer.use_ema and optimizer.built):
        return []
    variables = keras_compat.built_on(optimizer)
    averages = keras_compat.averages_of(optimizer)
    every = zip(variables, averages, strict=True)
    return [(variable, average) for variable, average in every if average is not None]
