"""How the benchmarks time things: in turn, so that a slow spell hits all alike."""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from memory import gpu

if TYPE_CHECKING:
    import keras

RESULTS = Path(__file__).parent / "results"


def medians(
    calls: Mapping[str, Callable[[], object]], rounds: int, in_a_row: int = 1
) -> dict[str, float]:
    """Returns the median time of each call in ms, over rounds that run each in turn.

    Args:
        calls: What to time.
        rounds: How often each has its turn.
        in_a_row: Calls of one turn. Short ones run several times, or else each is timed
            with the caches as the call before it leaves them.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            for _ in range(in_a_row):
                start = time.perf_counter()
                call()
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: float(np.median(values)) for name, values in times.items()}


def forward(layer: "keras.Layer", ids: np.ndarray) -> Callable[[], object]:
    """Returns a call of `layer` on `ids`, compiled as Keras compiles `predict`."""
    import keras

    backend = keras.backend.backend()
    inputs = keras.ops.convert_to_tensor(ids)
    if backend == "jax":
        import jax

        trainable = [v.value for v in layer.trainable_variables]
        state = [v.value for v in layer.non_trainable_variables]
        # Only the output: without donation, XLA would copy the state that it returns.
        compiled = jax.jit(lambda *args: layer.stateless_call(*args)[0])
        return lambda: jax.block_until_ready(compiled(trainable, state, inputs))
    if backend == "tensorflow":
        import tensorflow as tf

        compiled = tf.function(lambda x: layer(x), jit_compile=True)
        return lambda: compiled(inputs)
    import torch

    def run() -> object:
        with torch.no_grad():
            return layer(inputs)

    return run


def describe_run(others: Sequence[str] = ()) -> str:
    """Returns one line: the date, the machine and the versions.

    Args:
        others: Packages that this benchmark alone uses, named where installed.
    """
    names = ("keras", "jax", "tensorflow-cpu", "torch", "numpy", *others)
    versions = ", ".join(_versions(names))
    cores = f"{os.cpu_count()} cores" + (f", {name}" if (name := gpu()) else "")
    return f"{date.today()}, {platform.machine()}, {cores}, {versions}"


def _versions(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue


def write_table(
    name: str,
    title: str,
    header: list[str],
    rows: list[list],
    notes: Sequence[str] = (),
    others: Sequence[str] = (),
) -> None:
    """Prints a Markdown table and writes it to `results/`.

    Args:
        name: Of the file, without its ending.
        title: Title of the table.
        header: Names of the columns.
        rows: The cells.
        notes: Paragraphs to go below the table.
        others: Packages whose versions to name beside the usual ones.
    """
    lines = [f"# {title}", "", describe_run(others), ""]
    lines += ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    for note in notes:
        lines += ["", note]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
