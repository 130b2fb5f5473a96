"""Every private name of Keras that Hotrow touches, and nothing else.

Keras has no public way to do these. `tests/test_keras_internals.py` fails loudly when
Keras changes one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.common.symbolic_scope import in_symbolic_scope

__all__ = [
    "built_on",
    "clip_gradients",
    "decay_weights",
    "decays_weight",
    "get_stateless_scope",
    "in_symbolic_scope",
    "int4_block_size",
    "new_state_allowed",
    "overwrite_with_gradients",
    "own_variables",
    "set_first_layer_shape",
    "slots_of",
    "standing_in",
    "table_of",
    "update_variables",
    "with_gradient",
]


def set_first_layer_shape(layer: keras.Layer, shape: tuple[int | None, ...]) -> None:
    """Lets `Sequential` build at once when `layer` comes first.

    `Sequential.add` puts an `InputLayer` of this shape before such a layer. The public
    way to say so, the argument `input_shape`, warns that it is out of favour.
    """
    layer._input_shape_arg = shape


def table_of(layer: keras.layers.Embedding) -> keras.Variable:
    """Returns the variable of an embedding, without LoRA merged into it."""
    return layer._embeddings


def int4_block_size(layer: keras.layers.Embedding) -> int | None:
    """Returns how many columns share a scale, or None where the whole row does."""
    size: Any = getattr(layer, "_int4_block_size", None)
    return None if size in (None, -1) else int(size)


@contextmanager
def new_state_allowed(layer: keras.Layer) -> Iterator[None]:
    """Lets a layer that is built take new weights."""
    layer._tracker.unlock()
    try:
        yield
    finally:
        layer._tracker.lock()


def with_gradient(
    optimizer: keras.Optimizer, grads: list, variables: list
) -> tuple[list, list]:
    """Leaves out variables without a gradient, with Keras's warning or error."""
    optimizer._check_variables_are_known(variables)
    return optimizer._filter_empty_gradients(grads, variables)


def overwrite_with_gradients(
    optimizer: keras.Optimizer, grads: list, variables: list
) -> tuple[list, list]:
    """Sets variables whose gradient is their value (float8), and leaves them out."""
    return optimizer._overwrite_variables_directly_with_gradients(grads, variables)


def clip_gradients(optimizer: keras.Optimizer, grads: list) -> list:
    """Clips gradients as the arguments of the optimizer say."""
    return list(optimizer._clip_gradients(grads))


def built_on(optimizer: keras.Optimizer) -> list[keras.Variable]:
    """Returns the variables that an optimizer was built on."""
    return list(optimizer._trainable_variables)


def own_variables(optimizer: keras.Optimizer) -> list[keras.Variable]:
    """Returns the variables that an optimizer made itself."""
    return list(optimizer._variables)


def decays_weight(optimizer: keras.Optimizer, variable: keras.Variable) -> bool:
    """Whether the weight decay of the optimizer holds for a variable."""
    return optimizer.weight_decay is not None and optimizer._use_weight_decay(variable)


def decay_weights(optimizer: keras.Optimizer, variables: list) -> None:
    """Decays variables as the optimizer does before each update."""
    if any(decays_weight(optimizer, variable) for variable in variables):
        optimizer._apply_weight_decay(variables)


def update_variables(optimizer: keras.Optimizer, grads: list, variables: list) -> None:
    """Runs the rule of the optimizer, and nothing around it."""
    optimizer._backend_update_step(grads, variables, optimizer.learning_rate)


def slots_of(
    optimizer: keras.Optimizer, variable: keras.Variable
) -> dict[str, keras.Variable]:
    """Returns the slots that an optimizer keeps for a variable, by attribute."""
    place = optimizer._get_variable_index(variable)
    count = len(optimizer._trainable_variables)
    # These two lists hold no slots.
    others = ("_variables", "_trainable_variables")
    return {
        name: slots[place]
        for name, slots in vars(optimizer).items()
        if name not in others
        and isinstance(slots, list)
        and len(slots) == count
        and isinstance(slots[place], keras.Variable)
    }


@contextmanager
def standing_in(
    optimizer: keras.Optimizer,
    stand_ins: list[tuple[keras.Variable, Any, dict[str, Any]]],
) -> Iterator[None]:
    """Has an optimizer take other objects for some variables and their slots.

    Args:
        optimizer: The optimizer.
        stand_ins: For each variable: the variable, what stands in for it, and what
            stands in for its slots, by attribute.
    """
    places = {
        id(stand_in): optimizer._get_variable_index(variable)
        for variable, stand_in, _ in stand_ins
    }
    changed: dict[str, Any] = {}
    for variable, _, slots in stand_ins:
        for name, slot in slots.items():
            changed.setdefault(name, list(getattr(optimizer, name)))
            changed[name][optimizer._get_variable_index(variable)] = slot
    everyone = {id(x) for _, one, slots in stand_ins for x in (one, *slots.values())}

    def index_of(variable: Any) -> int:
        place = places.get(id(variable))
        return get_index(variable) if place is None else place

    def through(name: str) -> Any:
        # On TensorFlow an optimizer assigns to the backend's variable.
        method = getattr(optimizer, name)

        def assign(variable: Any, value: Any) -> None:
            if id(variable) in everyone:
                getattr(variable, name)(value)
            else:
                method(variable, value)

        return assign

    get_index = optimizer._get_variable_index
    changed["_get_variable_index"] = index_of
    for name in ("assign", "assign_add", "assign_sub"):
        changed[name] = through(name)
    before = {name: vars(optimizer).get(name) for name in changed}
    # Not `setattr`, which tracks what it is given.
    vars(optimizer).update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del vars(optimizer)[name]
            else:
                vars(optimizer)[name] = value
