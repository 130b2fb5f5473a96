"""The state of an optimizer in a file: the same places as a plain optimizer's.

Keras saves the variables of an optimizer by their numbers. A `RowSparse` around one
optimizer saves that optimizer's, in their order, and nothing else: a model that is
compiled with the optimizer alone loads the file, and the other way round. With a scale
of the loss, the variables are those of a `keras.optimizers.LossScaleOptimizer`.
"""

import warnings
from typing import Any

import keras


def save(
    store: Any, scaling: list[keras.Variable], variables: list[keras.Variable]
) -> None:
    """Saves variables.

    Args:
        store: Store that Keras passes: values by name.
        scaling: Variables of a `LossScaleOptimizer` before those of its inner
            optimizer, or nothing.
        variables: Variables of the optimizers that do the work.
    """
    for place, variable in enumerate([*scaling, *variables]):
        store[str(place)] = variable.numpy()


def load(
    store: Any,
    scaling: list[keras.Variable],
    variables: list[keras.Variable],
    name: str,
    is_new: bool,
) -> None:
    """Loads what `save` saved, or what Keras saved for a plain optimizer.

    Args:
        store: Store that Keras passes: values by name.
        scaling: Variables, as for `save`. They stay as they are if the file is of
            a training without a scale.
        variables: Variables, as for `save`.
        name: Name of the optimizer.
        is_new: Whether the optimizer has made no step yet.
    """
    values = [store[str(place)] for place in range(len(store.keys()))]
    if not values and is_new:
        # The file is of a model that was never compiled; nothing is lost.
        return
    # What a scale of the loss has at the front of a file.
    front = 4 if len(values) == len(variables) + 4 else 0
    if scaling and front:
        variables = [*scaling, *variables]
    else:
        values = values[front:]
    ours = [tuple(variable.shape) for variable in variables]
    theirs = [tuple(value.shape) for value in values]
    if ours != theirs:
        warnings.warn(
            f"The file holds {len(theirs)} variables for the optimizer '{name}', which "
            f"has {len(ours)}, or they are of other shapes: none of them is loaded, "
            "and its slots stay as they are. To go on with training where it stopped, "
            "make the optimizer with the arguments that it had then.",
            stacklevel=3,
        )
        return
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
