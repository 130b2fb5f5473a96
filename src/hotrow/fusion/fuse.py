"""Models on one-hot vectors, run without the zeros."""

from typing import Any

import keras

from hotrow import keras_compat
from hotrow.fusion import rebuild
from hotrow.fusion.core.report import Edge, table
from hotrow.fusion.follow import Follower


def fuse(
    model: keras.Model, *, verbose: bool = False, strict: bool = False
) -> keras.Model:
    """Returns a model that computes the same over the same variables, without one-hots.

    A one-hot vector times a kernel is one row of the kernel. `fuse` finds each place of
    a model where a one-hot meets a layer that starts with such a product, and puts a
    layer there that looks up the row: the vector is never made, and nothing is
    multiplied by its zeros. The new model has the variables of the old one, so that to
    train, load or set those of either is to do it to both. Names of layers, and files
    of weights, stay the same. Its kernels are tables: with `hotrow.RowSparse` a
    training step costs what the batch costs, whatever the number of categories.

    One-hots come from `hotrow.OneHot`; from `StringLookup`, `IntegerLookup`,
    `Hashing`, `HashedCrossing`, `Discretization` and `CategoryEncoding` with the output
    modes `"one_hot"`, `"multi_hot"` and `"count"`; from `keras.utils.FeatureSpace`; and
    from `keras.ops.one_hot` and `keras.ops.multi_hot`. They may pass through `Dropout`,
    `SpatialDropout1D`, `Masking`, `Flatten`, `Reshape` and `Concatenate`, with other
    one-hots and with dense inputs. They are fused into `Dense`,
    `TimeDistributed(Dense)`, `EinsumDense`, `Conv1D`, `SimpleRNN`, `GRU`, `LSTM`, `RNN`
    over their cells and `Bidirectional` of these. A layer of your own whose `call`
    composes layers and `keras.ops` is taken apart. Any other use of a one-hot is left
    as it was, and the result is still right.

    Example:

    >>> model = keras.Sequential([
    ...     keras.Input((50,), dtype="int32"),
    ...     hotrow.OneHot(5000, name="one_hot"),
    ...     keras.layers.LSTM(8, name="lstm"),
    ... ])
    >>> fast = hotrow.fuse(model, verbose=True)
    one-hot          fused
    ----------------------
    one_hot -> lstm  yes
    >>> fast.weights[0] is model.weights[0]
    True

    Args:
        model: A `Sequential` or functional model that is built. Nested models are
            fused, too.
        verbose: Whether to print a table: each one-hot, the layers on its way, and
            whether it was fused, or why not. Defaults to `False`.
        strict: Whether a one-hot that is not fused is an error. Defaults to `False`.

    Returns:
        A model, not compiled, that takes what `model` takes and gives what it gives:
        functional, or a `Sequential` if `model` is one and what is left is a chain; or
        `model` itself, if there is nothing to fuse.

    Raises:
        ValueError: If `model` is not a graph of layers, or is not built; or, with
            `strict=True`, if a one-hot is not fused.
    """
    _check(model)
    fused, edges = _fuse(model, {})
    if verbose:
        print(table(edges))
    left = [edge for edge in edges if edge.why_not is not None]
    if strict and left:
        lines = "".join(f"\n  {edge.path()}: {edge.why_not}" for edge in left)
        raise ValueError(
            f"With strict=True, fuse must fuse every one-hot of model '{model.name}'. "
            f"It cannot fuse {len(left)} of {len(edges)}:{lines}\nChange these layers, "
            "or leave out strict=True to keep them as they are."
        )
    return fused


def _check(model: Any) -> None:
    if not isinstance(model, keras.Model):
        raise ValueError(
            "fuse takes a keras.Model. Received: "
            f"{model!r} (of type {type(model).__name__})."
        )
    if not keras_compat.is_functional(model):
        raise ValueError(
            f"fuse reads the graph of a model, and '{model.name}' has none: it is a "
            f"{type(model).__name__}, which calls its layers in code of its own. Fuse "
            "the Sequential or functional models that it is made of, or build it as "
            "keras.Model(inputs, outputs); or use hotrow.Embedding in place of the "
            "one-hot and the layer after it."
        )
    if not model.built or getattr(model, "inputs", None) is None:
        raise ValueError(
            f"fuse takes a model that is built, and '{model.name}' is not: it does not "
            "know the shape of its input. Put keras.Input(shape, dtype='int32') before "
            "the first layer, or call the model on a batch of ids first."
        )


def _as_sequential(model: keras.Model) -> keras.Model:
    """Returns a `Sequential` of a model that is a chain of layers, or the model."""
    last = model.inputs[0]
    layers = []
    for node in keras_compat.graph_of(model).nodes:
        is_next = len(node.args) == 1 and node.args[0] is last
        if not (is_next and isinstance(node.operation, keras.Layer)):
            return model
        layers.append(node.operation)
        last = node.outputs[0]
    return keras.Sequential([model.inputs[0], *layers], name=model.name)


def _fuse(model: keras.Model, made: dict[Any, Any]) -> tuple[keras.Model, list[Edge]]:
    """Returns the fused model, or the model itself, and what became of its one-hots."""
    nested_edges: list[Edge] = []
    nested: dict[int, keras.Model] = {}

    def fuse_nested(inner: keras.Model) -> keras.Model | None:
        if id(inner) not in nested:
            nested[id(inner)], edges = _fuse(inner, made)
            nested_edges.extend(edge.inside(inner.name) for edge in edges)
        fused = nested[id(inner)]
        return None if fused is inner else fused

    twins = rebuild.ReplacementLayers(made)
    follower = Follower(twins, fuse_nested)
    outputs = follower.read(model)
    flat = keras.tree.flatten(outputs)
    steps = rebuild.living(follower.steps, flat)
    edges = [*rebuild.edges(steps, flat), *nested_edges]
    if not any(step.fused or step.replacement for step in steps):
        return model, edges
    if not isinstance(model, keras.Sequential) and not (
        keras_compat.takes_inputs_and_outputs(type(model))
    ):
        raise ValueError(
            f"fuse cannot make a {type(model).__name__} of '{model.name}' again: its "
            "constructor does not take (inputs, outputs) as that of keras.Model does. "
            "Fuse keras.Model(model.inputs, model.outputs), and hand the result to "
            "your class."
        )
    rebuild.build(steps, twins)
    new = keras.tree.map_structure(lambda value: value.new, outputs)
    inputs = keras_compat.graph_of(model).inputs
    cls = keras.Model if isinstance(model, keras.Sequential) else type(model)
    fused = cls(inputs, new, name=model.name)
    if type(model) is keras.Sequential:
        fused = _as_sequential(fused)
    if not model.trainable:
        fused.trainable = False
    return fused, edges
