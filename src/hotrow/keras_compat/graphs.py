"""Reads the graphs of Keras's functional models."""

from typing import Any, NamedTuple

import keras
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.masking import get_keras_mask
from keras.src.models.functional import Functional, functional_like_constructor


def has_mask(tensor: KerasTensor) -> bool:
    """Returns whether a symbolic tensor carries a mask."""
    return get_keras_mask(tensor) is not None


class GraphNode(NamedTuple):
    """One call in a graph: its operation, arguments, and outputs as a flat list."""

    operation: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: list[KerasTensor]


class Graph(NamedTuple):
    """The calls of a functional model in topological order, its inputs and outputs."""

    nodes: list[GraphNode]
    inputs: Any
    outputs: Any


def is_functional(model: Any) -> bool:
    """Returns whether a model is a functional model or a `Sequential`."""
    return isinstance(model, (Functional, keras.Sequential))


def is_plain_graph(model: keras.Model) -> bool:
    """Returns whether a model is of a class of Keras, not of a subclass."""
    return type(model) in (Functional, keras.Sequential)


def graph_of(model: keras.Model) -> Graph:
    """Returns the graph of a functional model or of a built `Sequential`."""
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
    """Removes the mask that Keras copied from the first argument."""
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
    """Returns whether the constructor of a class takes `inputs` and `outputs`."""
    return bool(functional_like_constructor(cls))
