"""Reads slots of Keras's optimizers, and runs parts of their steps."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from hotrow.keras_compat import patches

# The attribute of an optimizer with `use_ema` that holds the moving averages.
AVERAGES = "_model_variables_moving_average"


def averages_of(optimizer: keras.Optimizer) -> list[keras.Variable | None]:
    """Returns the moving averages of an optimizer that is built, with `use_ema`."""
    return list(getattr(optimizer, AVERAGES))


def set_averages(optimizer: keras.Optimizer, averages: list) -> None:
    """Replaces the list of moving averages, without tracking the new one."""
    vars(optimizer)[AVERAGES] = averages


def around_swaps(
    swap: Callable[[keras.Model], bool], finish: Callable[[keras.Model], bool]
) -> None:
    """Wraps `keras.callbacks.SwapEMAWeights`: hooks run first, and may replace a swap.

    Args:
        swap: Function that swaps the variables of a model and their averages, or
            returns False to leave this to Keras.
        finish: Function that sets the averages to the variables, or returns False to
            leave this to Keras.
    """
    callback = keras.callbacks.SwapEMAWeights

    def asking(ours: Callable[[keras.Model], bool]) -> patches.Wrap:
        def wrap(theirs: Callable) -> Callable:
            @functools.wraps(theirs)
            def run(self: keras.callbacks.Callback) -> None:
                if not patches.is_installed() or not ours(self.model):
                    theirs(self)

            return run

        return wrap

    patches.add(callback, "_swap_variables", asking(swap))
    patches.add(callback, "_finalize_ema_values", asking(finish))


def place_in_optimizer(optimizer: keras.Optimizer, variable: keras.Variable) -> int:
    """Returns the index of a variable among those that an optimizer was built on."""
    return optimizer._get_variable_index(variable)


def with_gradient(
    optimizer: keras.Optimizer, grads: list, variables: list
) -> tuple[list, list]:
    """Removes variables without a gradient, with Keras's warning or error."""
    optimizer._check_variables_are_known(variables)
    return optimizer._filter_empty_gradients(grads, variables)


def overwrite_with_gradients(
    optimizer: keras.Optimizer, grads: list, variables: list
) -> tuple[list, list]:
    """Assigns gradients that are new values (float8), and removes their variables."""
    return optimizer._overwrite_variables_directly_with_gradients(grads, variables)


def clip_gradients(optimizer: keras.Optimizer, grads: list) -> list:
    """Clips gradients as the arguments of the optimizer say."""
    return list(optimizer._clip_gradients(grads))


def built_on(optimizer: keras.Optimizer) -> list[keras.Variable]:
    """Returns the variables that an optimizer was built on."""
    return list(optimizer._trainable_variables)


def count_of_steps(optimizer: keras.Optimizer) -> keras.Variable:
    """Returns the count of calls of `apply`, including those that only accumulate."""
    return optimizer._iterations


def accumulator_of(
    optimizer: keras.Optimizer, variable: keras.Variable
) -> keras.Variable | None:
    """Returns the gradient accumulator of a variable, or None."""
    place = optimizer._get_variable_index(variable)
    accumulator: keras.Variable | None = optimizer._accumulated_gradients[place]
    return accumulator


@contextmanager
def without_accumulators(
    is_left_out: Callable[[keras.Variable], bool],
) -> Iterator[list[tuple[keras.Optimizer, keras.Variable, int]]]:
    """Temporarily has `Optimizer.build` skip the gradient accumulators of variables.

    Args:
        is_left_out: Function that returns whether the accumulator of a variable is
            skipped.

    Returns:
        A list that grows with each accumulator skipped: the optimizer, the variable,
        and the index of the accumulator among the optimizer's variables.
    """
    left_out: list[tuple[keras.Optimizer, keras.Variable, int]] = []
    add = keras.Optimizer.add_variable_from_reference

    def add_unless_left_out(
        self: keras.Optimizer,
        reference_variable: keras.Variable,
        name: str | None = None,
        initializer: Any = "zeros",
    ) -> keras.Variable | None:
        if name == "gradient_accumulator" and is_left_out(reference_variable):
            before = sum(optimizer is self for optimizer, _, _ in left_out)
            place = len(self._variables) + before
            left_out.append((self, reference_variable, place))
            return None
        made: keras.Variable = add(self, reference_variable, name, initializer)
        return made

    inherited = "add_variable_from_reference" not in vars(keras.Optimizer)
    keras.Optimizer.add_variable_from_reference = add_unless_left_out
    try:
        yield left_out
    finally:
        if inherited:
            del keras.Optimizer.add_variable_from_reference
        else:
            keras.Optimizer.add_variable_from_reference = add


def own_variables(optimizer: keras.Optimizer) -> list[keras.Variable]:
    """Returns the variables that an optimizer created."""
    return list(optimizer._variables)


def decays_weight(optimizer: keras.Optimizer, variable: keras.Variable) -> bool:
    """Returns whether an optimizer applies weight decay to a variable."""
    return optimizer.weight_decay is not None and optimizer._use_weight_decay(variable)


def decay_weights(optimizer: keras.Optimizer, variables: list) -> None:
    """Applies the weight decay of an optimizer to variables."""
    if any(decays_weight(optimizer, variable) for variable in variables):
        optimizer._apply_weight_decay(variables)


def update_variables(optimizer: keras.Optimizer, grads: list, variables: list) -> None:
    """Runs the update rule of an optimizer, without clipping, decay or averages."""
    optimizer._backend_update_step(grads, variables, optimizer.learning_rate)


@contextmanager
def learning_rate_times(
    optimizer: keras.Optimizer, multiplier: float
) -> Iterator[None]:
    """Temporarily multiplies the learning rate of an optimizer."""
    if multiplier == 1:
        yield
        return
    rate = optimizer.learning_rate
    before = vars(optimizer)["_learning_rate"]
    # Not `setattr`, which tracks what it is given. Keras calls what it finds there.
    vars(optimizer)["_learning_rate"] = lambda: rate * multiplier
    try:
        yield
    finally:
        vars(optimizer)["_learning_rate"] = before


def fixed_learning_rate(optimizer: keras.Optimizer) -> float | None:
    """Returns the learning rate, or None for a schedule."""
    rate = vars(optimizer).get("_learning_rate")
    return float(rate.numpy()) if isinstance(rate, keras.Variable) else None


def rule_scalars(optimizer: keras.Optimizer) -> list[keras.Variable]:
    """Returns variables that a rule keeps once for all, such as Nadam's product."""
    others = ("_iterations", "_learning_rate")
    return [
        value
        for name, value in vars(optimizer).items()
        if isinstance(value, keras.Variable) and name not in others
    ]


def is_multi(optimizer: Any) -> bool:
    """Returns whether an optimizer is a `MultiOptimizer` (Keras 3.15 and later)."""
    multi = getattr(keras.optimizers, "MultiOptimizer", None)
    return multi is not None and isinstance(optimizer, multi)


def optimizer_of(multi: keras.Optimizer, variable: keras.Variable) -> keras.Optimizer:
    """Returns the optimizer that a built `MultiOptimizer` has for a variable."""
    place = multi._var_to_optimizer_idx[multi._var_key(variable)]
    optimizer: keras.Optimizer = multi.optimizers[place]
    return optimizer


def slots_of(
    optimizer: keras.Optimizer, variable: keras.Variable
) -> dict[str, keras.Variable]:
    """Returns the slots of a variable, keyed by attribute of the optimizer."""
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
    """Temporarily substitutes variables and slots of an optimizer.

    Args:
        optimizer: The optimizer.
        stand_ins: Tuples of a variable, its substitute, and the substitutes of its
            slots, keyed by attribute of the optimizer.
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
