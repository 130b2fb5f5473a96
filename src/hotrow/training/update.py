"""One training step of all variables: tables by rows, the others whole."""

from typing import Any

import keras
from keras import ops

from hotrow import backend, keras_internals
from hotrow.training.row_step import RowStep


def update(
    optimizer: keras.Optimizer, grads: list, variables: list, steps: list[RowStep]
) -> None:
    """Runs an optimizer, with everything that Keras does around its rule.

    Args:
        optimizer: The optimizer whose rule it is.
        grads: The gradients of the variables that are no tables.
        variables: These variables.
        steps: The tables.
    """
    for step in steps:
        step.read()
    clipped = keras_internals.clip_gradients(
        optimizer, [*grads, *(step.gradient for step in steps)]
    )
    keras_internals.decay_weights(optimizer, variables)
    for step in steps:
        if step.decay is not None:
            step.view.assign(step.decay.of_this_step(step.view.value))
            step.decay.advance(step.variable)
    views = [
        (gradient, step.view)
        for gradient, step in zip(clipped[len(grads) :], steps, strict=True)
    ]
    stand_ins = [(step.variable, step.view, step.slot_views) for step in steps]
    with keras_internals.standing_in(optimizer, stand_ins):
        backend.update(optimizer, clipped[: len(grads)], variables, views)
    for variable in variables:
        if variable.constraint is not None:
            variable.assign(variable.constraint(variable))
    for step in steps:
        step.write()
    optimizer.iterations.assign_add(1)


def update_if_finite(
    optimizer: keras.Optimizer,
    grads: list,
    variables: list,
    steps: list[RowStep],
    state: list[keras.Variable],
) -> Any:
    """Does as `update`, but changes nothing if a gradient is not finite.

    Args:
        optimizer: The optimizer whose rule it is.
        grads: The gradients of the variables that are no tables.
        variables: These variables.
        steps: The tables.
        state: Whatever else a step changes and is not as long as a table.

    Returns:
        Whether all gradients are finite.
    """
    all_grads = [*grads, *(step.gradient for step in steps)]
    finite = ops.all(ops.stack([ops.all(ops.isfinite(g)) for g in all_grads]))
    for step in steps:
        step.touched = ops.logical_and(step.touched, finite)
    small = [*variables, *state]
    before = [ops.copy(variable.value) for variable in small]
    update(optimizer, grads, variables, steps)
    for variable, value in zip(small, before, strict=True):
        variable.assign(ops.where(finite, variable.value, value))
    return finite
