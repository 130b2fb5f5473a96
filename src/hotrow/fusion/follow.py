"""Following one-hots through the graph of a model."""

from typing import Any

import keras

from hotrow import keras_compat
from hotrow.fusion.core.fused_layer import FusedLayer
from hotrow.fusion.core.graph import Call, Flow, Source, Step, Value
from hotrow.fusion.core.passer import Part, Passer, side_by_side
from hotrow.fusion.core.plan import Plan, Term
from hotrow.fusion.core.producers import Producer
from hotrow.fusion.rules.registry import CONSUMERS, PASSERS, PRODUCERS
from hotrow.fusion.tracing import is_user_s, traced


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
        graph = keras_compat.graph_of(model)
        self._names = {node.operation.name: node.operation for node in graph.nodes}
        values = {
            id(x): Value(x, x, keras_compat.has_mask(x))
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
            is_nested = is_model(node.operation)
            if is_nested:
                why_not = self._walk_nested(step, node, values)
                if why_not is None:
                    continue
                step.why_not = why_not or None
                step.replacement = self._fuse_nested(node.operation)
            elif is_user_s(node.operation):
                why_not = self._walk_user_s(step, node, values)
                if why_not is None:
                    continue
                kind = type(node.operation).__name__
                if why_not:
                    step.why_not = f"fuse does not know {kind}: {why_not}"
            for tensor in node.outputs:
                value = Value(
                    tensor,
                    None if is_inside else tensor,
                    keras_compat.has_mask(tensor),
                    step,
                )
                values[id(tensor)] = value
                step.outputs.append(value)
            self.steps.append(step)
            if not is_nested and step.why_not is None:
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
        graph = keras_compat.graph_of(inner)
        if not keras_compat.is_plain_graph(inner):
            why_not = f"{inner.name} is a model of the class {type(inner).__name__}"
        elif has_arguments(step):
            why_not = f"{inner.name} is called with arguments of its own"
        else:
            why_not = self._clash(graph, f"the nested model {inner.name}")
        if why_not is not None:
            return why_not if goes_in else ""
        self._take_apart(graph, keras.tree.flatten(step.first), node.outputs, values)
        return None

    def _walk_user_s(
        self, step: Step, node: Any, values: dict[int, Value]
    ) -> str | None:
        """Takes a layer of the user apart if something in it can be fused.

        Returns:
            None if it was taken apart; else why not, or "" if there was no need.
        """
        goes_in = any(value.flow is not None for value in step.inputs())
        graph = traced(step, node.outputs) if step.inputs() else ""
        if isinstance(graph, str):
            return graph if goes_in else ""
        clash = self._clash(graph, f"the layer {step.operation.name}")
        trial = Follower(_NoTwins(), self._fuse_nested)
        inside = dict(zip(map(id, graph.inputs), step.inputs(), strict=True))
        trial._walk(graph, inside, is_inside=True)
        results = [inside[id(x)] for x in keras.tree.flatten(graph.outputs)]
        finds = any(x.fused or x.replacement for x in trial.steps)
        if finds or any(x.flow is not None for x in results):
            if clash is not None:
                return clash if goes_in else ""
            self._take_apart(graph, step.inputs(), node.outputs, values)
            return None
        reasons = [x.why_not for x in trial.steps if x.why_not]
        return f"in its call, {reasons[0]}" if reasons and goes_in else ""

    def _clash(self, graph: Any, what: str) -> str | None:
        """Returns why a graph cannot become part of the new one, or None."""
        for node in graph.nodes:
            name = node.operation.name
            if self._names.get(name, node.operation) is not node.operation:
                return (
                    f"a layer in {what} and one outside of it are both named {name!r}"
                )
        return None

    def _take_apart(
        self,
        graph: Any,
        given: list[Value],
        outputs: list[keras.KerasTensor],
        values: dict[int, Value],
    ) -> None:
        """Walks a graph as a part of the one that is read."""
        self._names.update({n.operation.name: n.operation for n in graph.nodes})
        inputs = keras.tree.flatten(graph.inputs)
        inside = dict(zip(map(id, inputs), given, strict=True))
        self._walk(graph, inside, is_inside=True)
        results = keras.tree.flatten(graph.outputs)
        for outer, result in zip(outputs, results, strict=True):
            values[id(outer)] = inside[id(result)]

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
        inputs = keras.tree.flatten(step.first)
        if has_arguments(step) or not all(isinstance(x, Value) for x in inputs):
            return "it is called with arguments of its own"
        if getattr(layer, "activity_regularizer", None) is not None:
            return "it has an activity_regularizer"
        shape = tuple(inputs[0].spec.shape)
        why_not = cls.refusal(layer, shape)
        if why_not is not None:
            return why_not
        plan = cls.plan(layer, shape)
        call = Call(self._twins.call(cls, layer), [Source(x) for x in inputs])
        step.outputs[0].flow = Flow(plan, [Source(call=call)], (layer.name,))
        return None

    def _pass_on(self, step: Step, cls: type[Passer]) -> str | None:
        layer = step.operation
        inputs = keras.tree.flatten(step.first)
        if has_arguments(step) or not all(isinstance(x, Value) for x in inputs):
            return "it is called with arguments of its own"
        if getattr(layer, "activity_regularizer", None) is not None:
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
    """Returns whether a step has more arguments than the first.

    What Keras fills in by itself is none: training, and the mask of the first one.
    """
    others, named = step.others()
    more = {name for name, x in named.items() if x is not None}
    if named.get("training") is False:
        more -= {"training"}
    return bool(others or more)


def is_model(x: Any) -> bool:
    """Returns whether an operation is a nested model with a graph of its own."""
    return keras_compat.is_functional(x) and x.built


def gives_one_hots(model: keras.Model) -> bool:
    """Returns whether an output comes from a one-hot layer and passers only."""
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
