"""Following one-hots through the graph of a model."""

from typing import Any

import keras

from hotrow import keras_internals
from hotrow.fusion.fused_layer import FusedLayer
from hotrow.fusion.graph import Call, Flow, Source, Step, Value
from hotrow.fusion.passer import Part, Passer, side_by_side
from hotrow.fusion.plan import Plan, Term
from hotrow.fusion.producers import Producer
from hotrow.fusion.registry import CONSUMERS, PASSERS, PRODUCERS


class Follower:
    """Reads a graph into steps, and finds which of them can be fused.

    Args:
        twins: Gives the layer that takes the place of another.
        fuse_nested: Returns what takes the place of a nested model, or the model.
    """

    def __init__(self, twins: Any, fuse_nested: Any) -> None:
        self._twins = twins
        self._fuse_nested = fuse_nested
        self.steps: list[Step] = []
        self._names: dict[str, Any] = {}

    def read(self, model: keras.Model) -> Any:
        """Reads a model, and returns its outputs: a `Value` for each tensor."""
        graph = keras_internals.graph_of(model)
        self._names = {node.operation.name: node.operation for node in graph.nodes}
        values = {
            id(x): Value(x, x, keras_internals.has_mask(x))
            for x in keras.tree.flatten(graph.inputs)
        }
        for value in values.values():
            value.new = value.original
        self._walk(graph, values, is_inside=False)
        self._settle()
        return keras.tree.map_structure(lambda x: values[id(x)], graph.outputs)

    def _walk(self, graph: Any, values: dict[int, Value], is_inside: bool) -> None:
        def value_of(x: Any) -> Any:
            return values[id(x)] if isinstance(x, keras.KerasTensor) else x

        for node in graph.nodes:
            args, kwargs = keras.tree.map_structure(value_of, (node.args, node.kwargs))
            step = Step(node.operation, args, kwargs)
            if is_model(node.operation):
                why_not = self._walk_nested(step, node, values)
                if why_not is None:
                    continue
                step.why_not = why_not or None
                step.replacement = self._fuse_nested(node.operation)
            for tensor in node.outputs:
                value = Value(
                    tensor,
                    None if is_inside else tensor,
                    keras_internals.has_mask(tensor),
                    step,
                )
                values[id(tensor)] = value
                step.outputs.append(value)
            self.steps.append(step)
            if not is_model(node.operation):
                self._follow(step)

    def _walk_nested(
        self, step: Step, node: Any, values: dict[int, Value]
    ) -> str | None:
        """Takes a nested model apart if a one-hot goes into it or comes out of it.

        Returns:
            None if it was taken apart; else why not, or "" if there was no need.
        """
        inner = step.operation
        goes_in = any(value.flow is not None for value in step.inputs())
        if not (goes_in or gives_one_hots(inner)):
            return ""
        why_not = None
        graph = keras_internals.graph_of(inner)
        mine = {n.operation.name: n.operation for n in graph.nodes}
        clash = [
            name
            for name, operation in mine.items()
            if self._names.get(name, operation) is not operation
        ]
        if not keras_internals.is_plain_graph(inner):
            why_not = f"{inner.name} is a model of the class {type(inner).__name__}"
        elif has_arguments(step):
            why_not = f"{inner.name} is called with arguments of its own"
        elif clash:
            why_not = (
                f"a layer in the nested model {inner.name} and one outside of it are "
                f"both named {clash[0]!r}"
            )
        if why_not is not None:
            return why_not if goes_in else ""
        self._names.update(mine)
        given = keras.tree.flatten(step.first)
        inside = {
            id(x): value
            for x, value in zip(keras.tree.flatten(graph.inputs), given, strict=True)
        }
        self._walk(graph, inside, is_inside=True)
        results = keras.tree.flatten(graph.outputs)
        for outer, result in zip(node.outputs, results, strict=True):
            values[id(outer)] = inside[id(result)]
        return None

    def _follow(self, step: Step) -> None:
        """Finds what a step does to one-hots, if it does something."""
        layer = step.operation
        producer, passer = PRODUCERS.get(type(layer)), PASSERS.get(type(layer))
        hot = [value for value in step.inputs() if value.flow is not None]
        if producer is not None and not hot and producer.makes_one_hots(layer):
            step.is_producer = True
            step.why_not = self._produce(step, producer)
        elif hot and passer is not None:
            step.why_not = self._pass_on(step, passer)
        elif hot:
            step.why_not = self._consume(step, CONSUMERS.get(type(layer)))

    def _produce(self, step: Step, cls: type[Producer]) -> str | None:
        layer = step.operation
        if has_arguments(step) or not isinstance(step.first, Value):
            return "it is called with arguments of its own"
        if layer.activity_regularizer is not None:
            return "it has an activity_regularizer"
        why_not = cls.refusal(layer)
        if why_not is None:
            call = Call(self._twins.call(cls, layer), [Source(step.first)])
            sources = [Source(call=call)]
            step.outputs[0].flow = Flow(cls.plan(layer), sources, (layer.name,))
        return why_not

    def _pass_on(self, step: Step, cls: type[Passer]) -> str | None:
        layer = step.operation
        inputs = keras.tree.flatten(step.first)
        if has_arguments(step) or not all(isinstance(x, Value) for x in inputs):
            return "it is called with arguments of its own"
        if layer.activity_regularizer is not None:
            return "it has an activity_regularizer"
        flows = [value.flow or _dense_flow(value) for value in inputs]
        if any(flow.plan.width is None for flow in flows):
            return "it is given a last axis whose length is not known"
        parts = [
            Part(flow.plan, tuple(value.spec.shape), value.has_mask)
            for flow, value in zip(flows, inputs, strict=True)
        ]
        plan = cls.after(layer, parts)
        if isinstance(plan, str):
            return plan
        sources = [source for flow in flows for source in flow.sources]
        if cls.needs_layer(layer, parts):
            sources = self._through_layer(cls, layer, parts, sources)
        producers = tuple(name for flow in flows for name in flow.producers)
        via = tuple(dict.fromkeys(name for flow in flows for name in flow.via))
        step.outputs[0].flow = Flow(plan, sources, producers, (*via, layer.name))
        return None

    def _through_layer(
        self, cls: type[Passer], layer: Any, parts: list[Part], sources: list[Source]
    ) -> list[Source]:
        plan = side_by_side([part.plan for part in parts])
        call = Call(self._twins.call(cls, layer, plan), sources)
        if cls.gives_ids:
            return [Source(call=call, place=at) for at in range(len(sources))]
        result = []
        for at, (term, given) in enumerate(
            zip(plan.terms, plan.as_lists(sources), strict=True)
        ):
            mine = Source(call=call, place=at)
            result += [given[0], mine] if term.is_hot else [mine]
        return result

    def _consume(self, step: Step, cls: type[FusedLayer] | None) -> str | None:
        layer, first = step.operation, step.first
        kind = type(layer).__name__
        if cls is None:
            return f"fuse does not know {kind}"
        if not isinstance(first, Value) or first.flow is None:
            return "the one-hot is not its first argument"
        others = keras.tree.flatten(step.others())
        if any(isinstance(x, Value) and x.flow is not None for x in others):
            return "the one-hot is not its first argument only"
        if not layer.built:
            return "it is not built"
        why_not = cls.refusal(layer, first.flow.plan, tuple(first.spec.shape))
        if why_not is None:
            step.fused = cls
        return why_not

    def _settle(self) -> None:
        """Leaves alone each layer that is not fused the same way wherever it is called.

        A layer and what takes its place have the same name, of which a model has one.
        """
        by_layer: dict[int, list[Step]] = {}
        for step in self.steps:
            by_layer.setdefault(id(step.operation), []).append(step)
        for steps in by_layer.values():
            plans = {step.first.flow.plan if step.fused else None for step in steps}
            if len(plans) > 1:
                for step in steps:
                    if step.fused is not None:
                        step.fused = None
                        step.why_not = "it is called on other inputs elsewhere, too"


def has_arguments(step: Step) -> bool:
    """Whether a step has more arguments than the first.

    What Keras fills in by itself is none: training, and the mask of the first one.
    """
    others, named = step.others()
    more = {name for name, x in named.items() if x is not None}
    if named.get("training") is False:
        more -= {"training"}
    return bool(others or more)


def is_model(x: Any) -> bool:
    """Whether an operation in a graph is a nested model with a graph of its own."""
    return keras_internals.is_functional(x) and x.built


def gives_one_hots(model: keras.Model) -> bool:
    """Whether an output of a model comes from a one-hot layer and passers only."""
    follower = Follower(_NoTwins(), lambda inner: inner)
    outputs = follower.read(model)
    return any(value.flow is not None for value in keras.tree.flatten(outputs))


class _NoTwins:
    """Makes no layer: what is read is not built again."""

    def call(self, *_: Any) -> Any:
        return None


def _dense_flow(value: Value) -> Flow:
    width = value.spec.shape[-1]
    return Flow(Plan(width, (Term(width, is_hot=False),)), [Source(value)], ())
