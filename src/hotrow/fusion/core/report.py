"""Report of `fuse`: each one-hot, the layer that takes it, and the outcome."""

from typing import NamedTuple


class Edge(NamedTuple):
    """The way of a one-hot to a layer that computes with it.

    Attributes:
        producer: Name of the layer that makes it.
        via: Names of the layers that pass it on.
        consumer: Name of the layer that takes it.
        why_not: Why it is not fused, or None if it is.
    """

    producer: str
    via: tuple[str, ...]
    consumer: str
    why_not: str | None

    def inside(self, model: str) -> "Edge":
        """Returns the same way, in a nested model."""
        return self._replace(
            producer=f"{model}/{self.producer}", consumer=f"{model}/{self.consumer}"
        )

    def path(self) -> str:
        """Returns the names on the way, with arrows."""
        return " -> ".join((self.producer, *self.via, self.consumer))


def table(edges: list[Edge]) -> str:
    """Returns a table of edges as text."""
    if not edges:
        return "The model has no one-hot layer that fuse knows."
    rows = [("one-hot", "fused")]
    rows += [
        (edge.path(), "yes" if edge.why_not is None else f"no: {edge.why_not}")
        for edge in edges
    ]
    width = max(len(left) for left, _ in rows)
    lines = [f"{left:<{width}}  {right}" for left, right in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
