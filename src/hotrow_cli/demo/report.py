"""The results of a run as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ModelScore:
    """One line of the table of results.

    Attributes:
        name: Name of the model.
        accuracy: On the test snippets, from 0 to 1.
        seconds: Time in `fit`, or `None` if there is none.
        memory: Growth of the peak memory in bytes, or `None`.
    """

    name: str
    accuracy: float
    seconds: float | None = None
    memory: int | None = None


MEASURED = """\
Time is that of fit, with compilation and validation. Memory is by how much building
and fitting the model raised the peak resident memory of its process (main memory, not
a GPU's), in which Keras was loaded already. Each model had a fresh process, so none
hides behind another; both figures hold what the backend needs to compile and start."""


def table_of_scores(scores: Sequence[ModelScore]) -> str:
    """Returns the scores as a table of text."""
    lines = [f"{'':34}{'accuracy':>10}{'time':>10}{'memory':>10}"]
    for score in scores:
        seconds = "" if score.seconds is None else f"{score.seconds:.1f} s"
        memory = "" if score.memory is None else f"{score.memory / 2**20:.0f} MiB"
        lines.append(
            f"{score.name:34}{score.accuracy:>10.1%}{seconds:>10}{memory:>10}".rstrip()
        )
    return "\n".join(lines)


def table_of_neighbors(neighbors: Mapping[str, Sequence[str]]) -> str:
    """Returns each word with its neighbors, a line each."""
    return "\n".join(
        f"  {word:10} {', '.join(near)}" for word, near in neighbors.items()
    )
