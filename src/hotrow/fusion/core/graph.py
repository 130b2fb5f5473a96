"""The graph of a model as `fuse` works on it.

A `Value` stands for a tensor between two calls, a `Step` for a call. Where the last
axis of a value is known to be made of one-hots, the value has a `Flow`: the plan of the
axis, and where the tensors of the plan come from (`Source`), none of them made yet.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras

from hotrow.fusion.core.plan import Plan


@dataclass(eq=False)
class Value:
    """A tensor between two calls.

    Attributes:
        spec: A symbolic tensor of its shape.
        original: The tensor of the user's graph that it is, or None if it is inside a
            nested model that is taken apart.
        has_mask: Whether it carries a mask.
        step: The call that makes it, or None for an input of the model.
        flow: Terms of its last axis, if `fuse` knows them.
        new: The tensor of the new graph.
    """

    spec: keras.KerasTensor
    original: keras.KerasTensor | None
    has_mask: bool
    step: "Step | None" = None
    flow: "Flow | None" = None
    new: Any = None


@dataclass(eq=False)
class Step:
    """A call of a layer or operation.

    Attributes:
        operation: Layer or operation that is called.
        args: Arguments, with a `Value` for each tensor.
        kwargs: Keyword arguments, likewise.
        outputs: Outputs, flat.
        fused: The class that takes its place, or None.
        why_not: Why none does, though it is called on one-hots or makes them.
        is_producer: Whether it makes one-hots.
        replacement: A model that takes the place of a nested one, or None.
    """

    operation: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: list[Value] = field(default_factory=list)
    fused: Any = None
    why_not: str | None = None
    is_producer: bool = False
    replacement: Any = None

    def inputs(self) -> list[Value]:
        """Returns the values that it is called on."""
        leaves = keras.tree.flatten((self.args, self.kwargs))
        return [leaf for leaf in leaves if isinstance(leaf, Value)]

    @property
    def first(self) -> Any:
        """The first argument, by position or by name."""
        return self.args[0] if self.args else next(iter(self.kwargs.values()), None)

    def others(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Returns the arguments after the first."""
        if self.args:
            return self.args[1:], self.kwargs
        name = next(iter(self.kwargs))
        return (), {key: x for key, x in self.kwargs.items() if key != name}


@dataclass(eq=False)
class Call:
    """A call of a layer of ours, made when the first of its results is asked for.

    Attributes:
        make: Returns the layer.
        sources: Tensors that it is called on.
    """

    make: Callable[[], Any]
    sources: list["Source"]
    _results: list[Any] | None = None

    def results(self) -> list[Any]:
        """Returns what the layer gives, flat."""
        if self._results is None:
            tensors = [source.tensor() for source in self.sources]
            given = self.make()(tensors if len(tensors) > 1 else tensors[0])
            self._results = keras.tree.flatten(given)
        return self._results


@dataclass(eq=False)
class Source:
    """Source of a tensor: a value of the graph, or a result of a `Call`."""

    value: Value | None = None
    call: Call | None = None
    place: int = 0

    def tensor(self) -> Any:
        """Returns the tensor of the new graph."""
        if self.value is not None:
            return self.value.new
        assert self.call is not None
        return self.call.results()[self.place]

    def values(self) -> list[Value]:
        """Returns the values of the graph that it needs."""
        if self.value is not None:
            return [self.value]
        assert self.call is not None
        return [value for source in self.call.sources for value in source.values()]


@dataclass(eq=False)
class Flow:
    """Terms of the last axis of a value, and their tensors.

    Attributes:
        plan: Terms of the axis.
        sources: Sources of the plan's tensors, in the order of the terms.
        producers: Names of the layers that made the one-hots.
        via: Names of the layers that passed them on.
    """

    plan: Plan
    sources: list[Source]
    producers: tuple[str, ...]
    via: tuple[str, ...] = ()
