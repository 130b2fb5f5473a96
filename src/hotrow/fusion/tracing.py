"""Layers of the user, as the graph of layers and operations that they are made of.

Their `call` is run on symbolic tensors, as Keras does with a functional model, twice:
with `training=True` and with `training=False`. What both have in common is the graph.
A layer that does more than a graph can hold is left alone: `traced` says why.
"""

import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from hotrow import keras_compat
from hotrow.fusion.core.graph import Step, Value


def is_user_s(operation: Any) -> bool:
    """Returns whether an operation is a layer whose code is the user's own."""
    if not isinstance(operation, keras.Layer):
        return False
    if keras_compat.is_functional(operation):
        return False
    room = type(operation).__module__.partition(".")[0]
    return type(operation) is keras.layers.Lambda or room not in ("keras", "hotrow")


def traced(step: Step, outputs: list[keras.KerasTensor]) -> Any:
    """Returns the graph that a call of a user's layer is made of, or why it cannot.

    Args:
        step: The call.
        outputs: Outputs, flat.

    Returns:
        A `keras_compat.Graph`, whose inputs are flat and in the order of
        `step.inputs()`; or a text.
    """
    why_not = _refusal(step, outputs)
    if why_not is not None:
        return why_not
    graphs = []
    for training in (True, False):
        try:
            graph = _trace(step, training)
        except Exception as error:
            # Of whatever kind: the code is not ours.
            lines = [line for line in str(error).splitlines() if line.strip()] or [""]
            return f"its call cannot be traced: {type(error).__name__}: {lines[0]}"
        if isinstance(graph, str):
            return graph
        graphs.append(graph)
    if _prints(graphs[0]) != _prints(graphs[1]):
        return "its call is not the same in training, or not the same twice"
    given = [(tuple(x.shape), x.dtype) for x in keras.tree.flatten(graphs[0].outputs)]
    if given != [(tuple(x.shape), x.dtype) for x in outputs]:
        return "its call gives other shapes or dtypes than Keras was told"
    return graphs[0]


def _refusal(step: Step, outputs: list[keras.KerasTensor]) -> str | None:
    layer = step.operation
    if type(layer).__call__ is not keras.Layer.__call__:
        return "it has a __call__ of its own"
    if not layer.built:
        return "it is not built"
    if layer.activity_regularizer is not None:
        return "it has an activity_regularizer"
    if getattr(layer, "quantization_mode", None) is not None:
        return f"it is quantized ({layer.quantization_mode})"
    if step.kwargs.get("training"):
        return "it is called with training=True"
    has_masks = [value.has_mask for value in step.inputs()]
    if any(has_masks) or any(map(keras_compat.has_mask, outputs)):
        return "it is given a mask, or gives one"
    for value in step.inputs():
        dtype = value.spec.dtype
        if "float" in dtype and dtype != layer.compute_dtype:
            return f"it casts its input from {dtype} to {layer.compute_dtype}"
    return None


class _InCall(keras.Layer):
    """Runs code as Keras runs that of a layer in a layer that is being called."""

    def __init__(self, run: Callable[[], Any], dtype: Any) -> None:
        super().__init__(name="traced", dtype=dtype)
        self._run = run
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Does nothing: only shapes are asked for."""
        return inputs

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        """Runs the code."""
        self._run()
        return keras.KerasTensor(inputs.shape, dtype=inputs.dtype)


def _trace(step: Step, training: bool) -> Any:
    """Returns the graph of one run of the call, or why there is none."""
    layer = step.operation
    inputs: list[keras.KerasTensor] = []
    results: list[Any] = []
    errors: list[Exception] = []

    def placeholder(x: Any) -> Any:
        if not isinstance(x, Value):
            return x
        shape, dtype = tuple(x.spec.shape), x.spec.dtype
        inputs.append(keras.Input(batch_shape=shape, dtype=dtype))
        return inputs[-1]

    args, kwargs = keras.tree.map_structure(placeholder, (step.args, step.kwargs))
    kwargs = {name: x for name, x in kwargs.items() if name not in ("mask", "training")}
    if "training" in inspect.signature(layer.call).parameters:
        kwargs["training"] = training

    def run() -> None:
        # Keras would add to the text of an error that goes through it.
        try:
            results.append(layer.call(*args, **kwargs))
        except Exception as error:
            errors.append(error)

    with keras.StatelessScope(collect_losses=True) as scope:
        in_call = _InCall(run, layer.dtype_policy)
        in_call(keras.Input((1,)), training=training)
    if errors:
        raise errors[0]
    if scope.state_mapping:
        return "its call sets variables"
    if scope.losses:
        return "its call adds losses"
    model = keras.Model(inputs, results[0], name=layer.name)
    graph = keras_compat.graph_of(model)
    nodes = []
    for node in graph.nodes:
        leaves = keras.tree.flatten((node.args, node.kwargs))
        if any(_is_constant(leaf) for leaf in leaves):
            return "its call computes with weights, tensors or arrays of its own"
        if node.kwargs.get("training") not in (None, training):
            return "its call says training to the layers that it calls"
        rest = {name: x for name, x in node.kwargs.items() if name != "training"}
        nodes.append(node._replace(kwargs=rest))
    mine = {id(variable) for variable in model.weights}
    if any(id(variable) not in mine for variable in layer.weights):
        return "it has weights of its own, beside those of the layers that it calls"
    return keras_compat.Graph(nodes, inputs, results[0])


def _is_constant(x: Any) -> bool:
    if isinstance(x, keras.KerasTensor):
        return False
    return isinstance(x, (keras.Variable, np.ndarray)) or bool(ops.is_tensor(x))


def _prints(graph: Any) -> list[Any]:
    """Returns what two graphs of the same meaning have in common."""
    places = {id(x): place for place, x in enumerate(graph.inputs)}

    def place(x: Any) -> Any:
        is_tensor = isinstance(x, keras.KerasTensor)
        return ("tensor", places[id(x)]) if is_tensor else repr(x)

    prints: list[Any] = []
    for node in graph.nodes:
        operation = node.operation
        what: Any = id(operation)
        if not isinstance(operation, keras.Layer):
            public = {
                name: x
                for name, x in vars(operation).items()
                if not name.startswith("_") and name != "name"
            }
            what = (type(operation), repr(public))
        leaves = keras.tree.flatten((node.args, node.kwargs))
        prints.append((what, sorted(node.kwargs), [place(x) for x in leaves]))
        for x in node.outputs:
            places[id(x)] = len(places)
    return [*prints, [place(x) for x in keras.tree.flatten(graph.outputs)]]
