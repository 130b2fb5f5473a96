"""Building the new graph from the steps of the old one."""

from typing import Any

import keras

from hotrow.fusion.core.graph import Step, Value
from hotrow.fusion.core.report import Edge


class ReplacementLayers:
    """Makes the layers that take the place of others, one for each.

    Args:
        made: Layers made so far, also for other models of the same call of `fuse`.
    """

    def __init__(self, made: dict[Any, Any]) -> None:
        self._made = made
        self.taken: set[str] = set()

    def call(self, cls: Any, layer: Any, plan: Any = None) -> Any:
        """Returns a function that returns the layer for a producer or a passer."""

        def make() -> Any:
            # The layer itself may be called in the new graph, too.
            name = layer.name
            while name in self.taken:
                name = f"{name}_ids"
            if plan is None:
                return cls.twin(layer, name)
            config = {**layer.get_config(), "name": name}
            twin = cls.from_config({**config, "hot": plan})
            twin.adopt(layer)
            return twin

        def remembered() -> Any:
            key = (id(layer), cls, plan, layer.name in self.taken)
            if key not in self._made:
                self._made[key] = (make(), layer)
            return self._made[key][0]

        return remembered

    def consumer(self, step: Step) -> Any:
        """Returns the layer for a step that is fused."""
        plan = step.first.flow.plan
        key = (id(step.operation), step.fused, plan)
        if key not in self._made:
            twin = step.fused.twin(step.operation, plan)
            self._made[key] = (twin, step.operation)
        return self._made[key][0]


def living(steps: list[Step], outputs: list[Value]) -> list[Step]:
    """Returns the steps that the outputs need, once what can be fused is fused."""
    needed: dict[int, Step] = {}
    waiting = list(outputs)
    while waiting:
        step = waiting.pop().step
        if step is None or id(step) in needed:
            continue
        needed[id(step)] = step
        if step.fused is None:
            waiting += step.inputs()
            continue
        for source in step.first.flow.sources:
            waiting += source.values()
        others = keras.tree.flatten(step.others())
        waiting += [x for x in others if isinstance(x, Value)]
    return [step for step in steps if id(step) in needed]


def edges(steps: list[Step], outputs: list[Value]) -> list[Edge]:
    """Returns what became of each one-hot that a living step, or the user, is given."""
    result = []
    for step in steps:
        if step.is_producer and step.why_not is not None:
            result.append(Edge(step.operation.name, (), "...", step.why_not))
        if any(value.flow is not None for value in step.outputs):
            # Passed on: what matters is who takes it.
            continue
        for value in step.inputs():
            if value.flow is not None:
                result += _edges(value, step.operation.name, step)
    for value in outputs:
        if value.flow is not None:
            result += _edges(value, "(output)", None)
    return result


def _edges(value: Value, consumer: str, step: Step | None) -> list[Edge]:
    flow = value.flow
    assert flow is not None
    if step is None:
        why_not: str | None = "the model returns it"
    else:
        why_not = None if step.fused else step.why_not
    return [
        Edge(producer, flow.via, consumer, why_not)
        for producer in dict.fromkeys(flow.producers)
    ]


def build(steps: list[Step], twins: ReplacementLayers) -> None:
    """Calls the layers of the new graph, and sets `new` of each value.

    What lies before the first fused layer, or beside it, keeps its tensors: the new
    model shares that part of the graph with the old one.
    """
    twins.taken |= {step.operation.name for step in steps if step.fused is None}

    def new(x: Any) -> Any:
        return x.new if isinstance(x, Value) else x

    for step in steps:
        if step.fused is not None:
            tensors = [source.tensor() for source in step.first.flow.sources]
            args, kwargs = keras.tree.map_structure(new, step.others())
            layer = twins.consumer(step)
            results = layer(
                tensors if len(tensors) > 1 else tensors[0], *args, **kwargs
            )
        else:
            operation = step.replacement or step.operation
            is_same = operation is step.operation and all(
                value.new is value.original for value in step.inputs()
            )
            if is_same and all(value.original is not None for value in step.outputs):
                results = [value.original for value in step.outputs]
            else:
                args, kwargs = keras.tree.map_structure(new, (step.args, step.kwargs))
                results = operation(*args, **kwargs)
        flat = keras.tree.flatten(results)
        for value, tensor in zip(step.outputs, flat, strict=True):
            value.new = tensor
