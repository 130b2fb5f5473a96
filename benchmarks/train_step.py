"""What does a training step cost, in time and in memory?

    KERAS_BACKEND=jax python benchmarks/train_step.py

A step is one `train_on_batch` on 1024 x 20 ids: embedding, mean over the 20, a dense
layer with one output, mean squared error. For each number of rows, optimizer and
distribution of ids, these are compared:

- Keras: `keras.layers.Embedding` and the plain optimizer;
- Hotrow: `hotrow.Embedding` and `hotrow.RowSparse` around the same optimizer;
- torch sparse: `torch.nn.Embedding(sparse=True)` and PyTorch's optimizer for sparse
  gradients, in pure PyTorch, whatever the backend of Keras;
- EmbedReduce: `keras_rs.layers.EmbedReduce` and the plain optimizer, if Keras RS is
  installed;
- FBGEMM: its table for CPUs, which updates itself in the backward pass, if
  `fbgemm-gpu-cpu` is installed;
- the memory floor: NumPy copying the distinct rows of the batch, in ascending order,
  out of and back into as many arrays as the optimizer keeps of the table's shape. It
  uses one core; the others may use all.

Each runs in a process of its own, so that its memory can be told from the others'.
Where the processes fit into memory together, all are alive at once and take turns of a
few steps, so that a slow spell hits all alike; else they run one after another. The
first step of a turn is not timed: caches and threads come back to life in it. Every
step has a batch of its own, so that a row is in a cache only if the ids themselves
repeat, as those of `zipf` do: there, id `k` is drawn about as often as `1 / (k + 1)`.

On a GPU, the floor and FBGEMM's table for CPUs do not run, and memory is the GPU's.

Memory is resident memory, less what the process held before the model was made (imports
done, a model of 1000 rows trained) and less the bytes of the table and its slots. Its
peak is taken twice: from then on until the model has trained two steps, and over the
steps after that. Tables start from ones: pages of zeros might take no memory.
"""

import argparse
import csv
import importlib.util
import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contenders import (
    EMBED_REDUCE,
    FBGEMM,
    FLOOR,
    HOTROW,
    KERAS,
    MAKERS,
    SLOTS,
    TORCH,
    Case,
)
from processes import Result, measure, name_of_run, number, ratio
from timing import RESULTS, write_table

WIDTH = 64
KINDS = ("uniform", "zipf")
MB = 1e6
Found = dict[str, Result | str]
NOTES = [
    "Median time of a step of 1024 x 20 ids. The floor copies the distinct rows of the "
    "batch out of and back into the table and each slot, on one core. torch sparse, "
    "FBGEMM and the floor do not use Keras.",
    "Peak MB: the most resident memory over the table, its slots and what the process "
    "held before the model was made; over the timed steps, and before them, while the "
    "model was made and trained for its first two steps. TensorFlow keeps memory that "
    "it has freed, so there what building took counts in the steps too.",
    "needs N GB: more than was free. unsupported: FBGEMM has no Adam for CPUs. CPU "
    "only: not measured on a GPU, where MB are those of the GPU; on JAX, since "
    "the process began.",
]


def columns(case: Case, found: Found) -> dict[str, str]:
    """Returns a row of the table: each column's name and cell."""
    keras, ours, floor = found[KERAS], found[HOTROW], found[FLOOR]
    return {
        "rows": f"{case.rows:,}",
        "optimizer": case.optimizer,
        "ids": case.ids,
        "Keras, ms": number(keras),
        "Hotrow, ms": number(ours),
        "Keras / Hotrow": ratio(keras, ours),
        "torch sparse, ms": number(found[TORCH]),
        "EmbedReduce, ms": number(found[EMBED_REDUCE]),
        "FBGEMM, ms": number(found[FBGEMM]),
        "memory floor, ms": number(floor),
        "Hotrow / floor": ratio(ours, floor),
        "Keras: peak MB over table and slots (steps, building)": peaks(keras),
        "Hotrow: peak MB over table and slots (steps, building)": peaks(ours),
    }


def peaks(result: Result | str) -> str:
    if isinstance(result, str):
        return result
    steps, building = result.peak_of_steps, result.peak_of_building
    return f"{steps / MB:.0f}, {building / MB:.0f}"


def write_csv(path: Path, table: Sequence[tuple[Case, Found]]) -> None:
    """Writes the rows of the table, with the peaks of every contender."""
    fields = {"ms": 1, "peak of steps, MB": MB, "peak of building, MB": MB}
    header = [f"{name}, {field}" for name in MAKERS for field in fields]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rows", "width", "optimizer", "ids", *header])
        for case, found in table:
            cells: list[Any] = [case.rows, case.width, case.optimizer, case.ids]
            for name in MAKERS:
                result = found[name]
                if isinstance(result, str):
                    cells += [result] * len(fields)
                else:
                    units = zip(result, fields.values(), strict=True)
                    cells += [round(value / unit, 3) for value, unit in units]
            writer.writerow(cells)


def draw(path: Path, title: str, table: Sequence[tuple[Case, Found]]) -> None:
    """Draws the time of a step with Adam and uniform ids over the rows."""
    chosen = [
        (case.rows, found)
        for case, found in table
        if (case.optimizer, case.ids) == ("adam", "uniform")
    ]
    if not chosen or importlib.util.find_spec("matplotlib") is None:
        print("No plot was drawn: it needs matplotlib, and Adam with uniform ids.")
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot()
    for place, name in enumerate(MAKERS):
        points = [
            (rows, f[name].ms) for rows, f in chosen if isinstance(f[name], Result)
        ]
        if points:
            style = "--" if name == FLOOR else "-"
            axes.loglog(
                *zip(*sorted(points), strict=True), f"o{style}C{place}", label=name
            )
    axes.set_title(title)
    axes.set_xlabel("rows of the table")
    axes.set_ylabel("time of a training step, ms (Adam, uniform ids)")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = [10_000, 100_000, 1_000_000, 10_000_000]
    parser.add_argument("--rows", type=int, nargs="+", default=sizes)
    parser.add_argument("--optimizers", nargs="+", choices=SLOTS, default=list(SLOTS))
    parser.add_argument("--ids", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--width", type=int, default=WIDTH)
    arguments = parser.parse_args()
    backend = os.environ.get("KERAS_BACKEND")
    if not backend:
        parser.error("set KERAS_BACKEND to jax, tensorflow or torch")
    name, title = f"train_step-{backend}", f"A training step on {backend}"
    if arguments.width != WIDTH:
        name += f"-width{arguments.width}"
        title += f", width {arguments.width}"
    # PyTorch's threads spin while they wait for each other. Where another program has a
    # core too, that made a step ten times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    name = name_of_run(name)
    table: list[tuple[Case, Found]] = []
    for rows in arguments.rows:
        for optimizer, ids in itertools.product(arguments.optimizers, arguments.ids):
            what = (rows, arguments.width, optimizer, ids, arguments.steps)
            cases = [Case(contender, *what) for contender in MAKERS]
            table.append((cases[0], measure(cases)))
        # After every size, so that a run cut short leaves what it has.
        lines = [columns(case, found) for case, found in table]
        cells = [list(line.values()) for line in lines]
        others = ("keras-rs", "fbgemm-gpu-cpu")
        write_table(name, title, list(lines[0]), cells, NOTES, others)
        write_csv(RESULTS / f"{name}.csv", table)
    draw(RESULTS / f"{name}.png", title, table)


if __name__ == "__main__":
    main()
