"""Private names of the graphs of Keras's functional models."""

from typing import Any, NamedTuple

import keras
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.masking import get_keras_mask
from keras.src.models.functional import Functional, functional_like_constructor


def has_mask(tensor: KerasTensor) -> bool:
    """Returns whether a symbolic tensor carries a mask."""
    return get_keras_mask(tensor) is not None


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
    """Returns whether a model is a graph of calls: functional, or a `Sequential`."""
    return isinstance(model, (Functional, keras.Sequential))


def is_plain_graph(model: keras.Model) -> bool:
    """Returns whether a model is no more than its graph: of a class of Keras."""
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
    """Returns whether a class of models is made of inputs and outputs."""
    return bool(functional_like_constructor(cls))
