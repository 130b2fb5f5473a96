"""Every private name of Keras that Hotrow touches, and nothing else.

Keras has no public way to do these. `tests/test_keras_internals.py` fails loudly when
Keras changes one of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.masking import get_keras_mask
from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.backend.common.variables import AutocastScope
from keras.src.layers.preprocessing.feature_space import TFDConcat as FeatureSpaceConcat
from keras.src.models.functional import Functional, functional_like_constructor
from keras.src.ops.nn import MultiHot as MultiHotOperation
from keras.src.ops.nn import OneHot as OneHotOperation
from keras.src.ops.numpy import Concatenate as ConcatenateOperation

__all__ = [
    "AVERAGES",
    "TRAINING_STATE",
    "ConcatenateOperation",
    "FeatureSpaceConcat",
    "MultiHotOperation",
    "OneHotOperation",
    "accumulator_of",
    "averages_of",
    "built_on",
    "clip_gradients",
    "count_of_steps",
    "decay_weights",
    "decays_weight",
    "fixed_learning_rate",
    "get_stateless_scope",
    "graph_of",
    "has_mask",
    "in_symbolic_scope",
    "int4_block_size",
    "is_functional",
    "is_multi",
    "is_plain_graph",
    "kernel_of",
    "layers_in",
    "learning_rate_times",
    "new_state_allowed",
    "no_autocast",
    "optimizer_of",
    "overwrite_with_gradients",
    "own_variables",
    "replace_tracked",
    "rule_scalars",
    "set_averages",
    "set_first_layer_shape",
    "share_rnn_states",
    "share_state",
    "slots_of",
    "standing_in",
    "table_of",
    "takes_inputs_and_outputs",
    "update_variables",
    "with_gradient",
    "without_accumulators",
]

# What Keras and its callbacks set on a model that they train, beside public names.
TRAINING_STATE = ("_initial_epoch",)


# The attribute of an optimizer with `use_ema` that holds the moving averages.
AVERAGES = "_model_variables_moving_average"


def averages_of(optimizer: keras.Optimizer) -> list[keras.Variable | None]:
    """Returns the moving averages of an optimizer that is built, with `use_ema`."""
    return list(getattr(optimizer, AVERAGES))


def set_averages(optimizer: keras.Optimizer, averages: list) -> None:
    """Puts a list in place of that of the moving averages, without tracking it."""
    vars(optimizer)[AVERAGES] = averages


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
    was_locked = layer._tracker.locked
    layer._tracker.unlock()
    try:
        yield
    finally:
        # Not locked yet in the midst of `build`.
        layer._tracker.locked = was_locked


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


def count_of_steps(optimizer: keras.Optimizer) -> keras.Variable:
    """Returns the count of the calls of `apply`, also of those that only add up."""
    return optimizer._iterations


def accumulator_of(
    optimizer: keras.Optimizer, variable: keras.Variable
) -> keras.Variable | None:
    """Returns where an optimizer adds up the gradients of a variable, or None."""
    place = optimizer._get_variable_index(variable)
    accumulator: keras.Variable | None = optimizer._accumulated_gradients[place]
    return accumulator


@contextmanager
def without_accumulators(
    is_left_out: Callable[[keras.Variable], bool],
) -> Iterator[list[tuple[keras.Optimizer, keras.Variable, int]]]:
    """Has optimizers that are built make no variable to add up some gradients in.

    Args:
        is_left_out: Whether it is not made for a variable.

    Returns:
        A list that fills up: the optimizer, the variable whose gradient it is, and
        where in the list of the optimizer's variables it would be.
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


@contextmanager
def learning_rate_times(
    optimizer: keras.Optimizer, multiplier: float
) -> Iterator[None]:
    """Has an optimizer work with a multiple of its learning rate."""
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
    """Returns a learning rate that can be set, or None for a schedule."""
    rate = vars(optimizer).get("_learning_rate")
    return float(rate.numpy()) if isinstance(rate, keras.Variable) else None


def rule_scalars(optimizer: keras.Optimizer) -> list[keras.Variable]:
    """Returns what a rule keeps for all variables, such as Nadam's product."""
    others = ("_iterations", "_learning_rate")
    return [
        value
        for name, value in vars(optimizer).items()
        if isinstance(value, keras.Variable) and name not in others
    ]


def is_multi(optimizer: Any) -> bool:
    """Whether it is a `keras.optimizers.MultiOptimizer`, which came with Keras 3.15."""
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


def no_autocast() -> Any:
    """A context in which a variable is read as it is stored, not cast whole."""
    return AutocastScope(None)


def kernel_of(layer: keras.Layer) -> keras.Variable:
    """Returns the variable of the kernel of a dense or convolution layer."""
    return layer._kernel


def has_mask(tensor: KerasTensor) -> bool:
    """Whether a symbolic tensor carries a mask."""
    return get_keras_mask(tensor) is not None


def layers_in(model: keras.Model) -> Iterator[keras.Layer]:
    """Returns the layers of a model, those in them, and so on."""
    return model._flatten_layers(include_self=False)


def share_state(layer: keras.Layer, source: keras.Layer) -> None:
    """Gives a layer the variables, layers and seeds of another, for its own."""
    kinds = (keras.Variable, keras.Layer, keras.random.SeedGenerator)
    plain = (type(None), bool, int, float, str, list, tuple)
    # On PyTorch a layer keeps the layers in it elsewhere.
    for name, value in {**vars(source), **vars(source).get("_modules", {})}.items():
        if isinstance(value, kinds):
            replace_tracked(layer, name, value)
        elif name.startswith("_") or hasattr(layer, name):
            continue
        elif isinstance(value, plain):
            # What `build` leaves, such as None for a bias that is not used.
            setattr(layer, name, value)


def replace_tracked(layer: keras.Layer, name: str, value: Any) -> None:
    """Sets an attribute that Keras tracks, and forgets what was there."""
    old = getattr(layer, name, None)
    if old is not None:
        layer._tracker.untrack(old)
    setattr(layer, name, value)


def share_rnn_states(rnn: keras.layers.RNN, source: keras.layers.RNN) -> None:
    """Gives an RNN the states that another keeps between batches."""
    # Not `setattr`: Keras tracks them nowhere.
    vars(rnn)["states"] = source.states
    vars(rnn)["_expected_batch_size"] = source._expected_batch_size


class GraphNode(NamedTuple):
    """One call in a graph: what was called on what, and its results, flat."""

    operation: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: list[KerasTensor]


class Graph(NamedTuple):
    """The calls of a functional model, in an order in which they can be made."""

    nodes: list[GraphNode]
    inputs: Any
    outputs: Any


def is_functional(model: Any) -> bool:
    """Whether a model is a graph of calls: functional, or a `Sequential`."""
    return isinstance(model, (Functional, keras.Sequential))


def is_plain_graph(model: keras.Model) -> bool:
    """Whether a model is no more than its graph: of a class of Keras, not the user."""
    return type(model) in (Functional, keras.Sequential)


def graph_of(model: keras.Model) -> Graph:
    """Returns the graph of a functional model, or of a `Sequential` that is built."""
    if isinstance(model, keras.Sequential):
        model = model._functional
    nodes = [
        GraphNode(
            node.operation,
            node.arguments.args,
            _without_own_mask(node.arguments.args, node.arguments.kwargs),
            node.outputs,
        )
        for _, nodes in sorted(model._nodes_by_depth.items(), reverse=True)
        for node in nodes
        if not node.is_input
    ]
    return Graph(nodes, model._inputs_struct, model._outputs_struct)


def _without_own_mask(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Leaves out a mask that Keras took from the first argument by itself."""
    if "mask" not in kwargs or not args:
        return kwargs
    own = [get_keras_mask(x) for x in keras.tree.flatten(args[0])]
    given = keras.tree.flatten(kwargs["mask"])
    if kwargs["mask"] is not None and not (
        len(own) == len(given) and all(a is b for a, b in zip(own, given, strict=True))
    ):
        return kwargs
    return {name: x for name, x in kwargs.items() if name != "mask"}


def takes_inputs_and_outputs(cls: type) -> bool:
    """Whether a class of models is made as `keras.Model` is, of inputs and outputs."""
    return bool(functional_like_constructor(cls))
