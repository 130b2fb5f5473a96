"""What does `hotrow.fuse` save in a training step of a model on one-hots?

    KERAS_BACKEND=jax python benchmarks/fuse.py

A step is one `train_on_batch` on 32 x 50 uniform ids, with SGD. For each layer after
the one-hot, of width 64, and each number of categories, these are compared:

- unfused: `hotrow.OneHot` and the layer, with the plain optimizer;
- fused: `hotrow.fuse` of the same model, with `hotrow.RowSparse`;
- embedding first: `hotrow.Embedding(V, 64)` in place of the one-hot, with `RowSparse`;
  for `Dense` and `TimeDistributed(Dense)`, which are the same function as that, the
  embedding takes the place of both.

The layer is followed by a mean over the steps, where it has some, and a `Dense(1)`. How
time and memory are measured: `processes.py`. The peak of memory is that over what the
variables take.
"""

import argparse
import math
import os
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from processes import (
    PROCESS,
    TURNS,
    Batch,
    Model,
    Result,
    measure,
    name_of_run,
    number,
    ratio,
)
from timing import write_table

BATCH, LENGTH, WIDTH = 32, 50, 64
CONSUMERS = ("Dense", "TimeDistributed(Dense)", "LSTM", "GRU", "Conv1D")
UNFUSED, FUSED, EMBEDDING = "unfused", "fused", "embedding first"
TINY = 100
# One-hots of a batch in memory at once, roughly, forward and backward.
COPIES = 8
FLOAT = 4
MB = 1e6
NOTES = [
    "Median time of a step of 32 x 50 ids; SGD, in `RowSparse` for fused and embedding "
    "first. Peak MB: the most resident memory during the timed steps, over the "
    "variables and what the process held before the model was made.",
]


@dataclass(frozen=True)
class Case:
    """What to measure.

    Attributes:
        contender: unfused, fused, or embedding first.
        consumer: One of `CONSUMERS`.
        categories: How many there are.
        steps: Steps to time.
    """

    contender: str
    consumer: str
    categories: int
    steps: int

    @property
    def steps_of_turn(self) -> int:
        """How many steps are timed in a turn."""
        fewer = 1
        if self.contender == UNFUSED:
            # Of steps that take tens or hundreds of milliseconds.
            fewer = 20 if self.categories > 10_000 else 5
        return math.ceil(self.steps / TURNS / fewer)

    @property
    def needed_memory(self) -> float:
        """The bytes that it needs, roughly."""
        variables = 5 * WIDTH * self.categories * FLOAT
        one_hots = BATCH * LENGTH * self.categories * FLOAT
        copies = COPIES if self.contender == UNFUSED else 0
        return PROCESS + 2 * variables + copies * one_hots

    def word_against(self, free: float) -> str | None:
        """Returns why it cannot run, in a word or two, or None."""
        return None if self.needed_memory < free else "does not fit"

    def batches(self, count: int, tiny: bool = False) -> list[Batch]:
        """Returns the ids and targets of some steps."""
        rng = np.random.default_rng(0)
        high = TINY if tiny else self.categories
        ids = rng.integers(0, high, (count, BATCH, LENGTH)).astype("int32")
        targets = rng.random((count, BATCH, 1), dtype="float32")
        return list(zip(ids, targets, strict=True))

    def make(self, tiny: bool = False) -> Model:
        """Returns the contender, with so many categories or a few."""
        import keras

        import hotrow

        case = replace(self, categories=TINY) if tiny else self
        model = keras.Sequential(_layers(case))
        if case.contender == FUSED:
            model = hotrow.fuse(model, strict=True)
        optimizer: Any = "sgd"
        if case.contender != UNFUSED:
            optimizer = hotrow.RowSparse("sgd")
        model.compile(optimizer, "mse")

        def held() -> int:
            return sum(FLOAT * math.prod(v.shape) for v in model.variables)

        return Model(model.train_on_batch, held)


def _layers(case: Case) -> list:
    import keras

    import hotrow

    layers = keras.layers
    consumer = {
        "Dense": lambda: layers.Dense(WIDTH),
        "TimeDistributed(Dense)": lambda: layers.TimeDistributed(layers.Dense(WIDTH)),
        "LSTM": lambda: layers.LSTM(WIDTH),
        "GRU": lambda: layers.GRU(WIDTH),
        "Conv1D": lambda: layers.Conv1D(WIDTH, 5),
    }[case.consumer]
    result: list = [keras.Input((LENGTH,), dtype="int32")]
    if case.contender == EMBEDDING:
        result.append(hotrow.Embedding(case.categories, WIDTH))
    else:
        result.append(hotrow.OneHot(case.categories))
    if case.contender != EMBEDDING or "Dense" not in case.consumer:
        result.append(consumer())
    if case.consumer not in ("LSTM", "GRU"):
        result.append(layers.GlobalAveragePooling1D())
    return [*result, layers.Dense(1)]


def columns(case: Case, found: dict[str, Result | str]) -> dict[str, str]:
    """Returns a row of the table: each column's name and cell."""
    unfused, fused, first = found[UNFUSED], found[FUSED], found[EMBEDDING]
    return {
        "layer": case.consumer,
        "categories": f"{case.categories:,}",
        "unfused, ms": number(unfused),
        "fused, ms": number(fused),
        "embedding first, ms": number(first),
        "unfused / fused": ratio(unfused, fused),
        "fused / embedding first": ratio(fused, first, 2),
        "unfused: peak MB": peak(unfused),
        "fused: peak MB": peak(fused),
        "embedding first: peak MB": peak(first),
    }


def peak(result: Result | str) -> str:
    return "" if isinstance(result, str) else f"{result.peak_of_steps / MB:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--categories", type=int, nargs="+", default=[100, 5000, 50_000]
    )
    parser.add_argument("--consumers", nargs="+", choices=CONSUMERS, default=CONSUMERS)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--name", default=None, help="of the result's file")
    arguments = parser.parse_args()
    backend = os.environ.get("KERAS_BACKEND")
    if not backend:
        parser.error("set KERAS_BACKEND to jax, tensorflow or torch")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    lines = []
    for consumer in arguments.consumers:
        for categories in arguments.categories:
            cases = [
                Case(name, consumer, categories, arguments.steps)
                for name in (UNFUSED, FUSED, EMBEDDING)
            ]
            lines.append(columns(cases[0], measure(cases)))
            # After every size, so that a run cut short leaves what it has.
            write_table(
                name_of_run(arguments.name or f"fuse-{backend}"),
                f"A training step on one-hots, unfused and fused, on {backend}",
                list(lines[0]),
                [list(line.values()) for line in lines],
                NOTES,
            )


if __name__ == "__main__":
    main()
