"""What does a lookup cost: plain, with LoRA, from int8 and from int4 codes?

    KERAS_BACKEND=jax python benchmarks/lookup.py

One table for each backend: rows x kind, ours beside Keras's layer, and beside the
memory floor (NumPy copying the same rows into an array that is there already). Each
lookup is of 1024 x 20 uniform ids into rows of 64 floats, compiled as Keras compiles
`predict`.
"""

import argparse

import keras
import numpy as np
from timing import forward, medians, write_table

import hotrow

WIDTH, BATCH, RANK = 64, (1024, 20), 4
KINDS = ("plain", "LoRA", "int8", "int4")


def make(cls: type, rows: int, kind: str) -> keras.Layer:
    layer = cls(rows, WIDTH)
    layer.build()
    if kind == "LoRA":
        layer.enable_lora(RANK)
    elif kind != "plain":
        layer.quantize(kind)
    return layer


def measure(rows: int, rounds: int) -> list[list]:
    rng = np.random.default_rng(0)
    ids = rng.integers(0, rows, BATCH).astype("int32")
    table = rng.random((rows, WIDTH), dtype="float32")
    out = np.empty((*BATCH, WIDTH), "float32")
    calls = {"floor": lambda: np.take(table, ids, axis=0, out=out, mode="clip")}
    for kind in KINDS:
        calls[f"hotrow {kind}"] = forward(make(hotrow.Embedding, rows, kind), ids)
        calls[f"keras {kind}"] = forward(make(keras.layers.Embedding, rows, kind), ids)
    times = medians(calls, rounds)
    plain, floor = times["hotrow plain"], times["floor"]
    return [
        [
            f"{rows:,}",
            kind,
            f"{times[f'hotrow {kind}']:.2f}",
            f"{times[f'keras {kind}']:.2f}",
            f"{times[f'keras {kind}'] / times[f'hotrow {kind}']:.1f}",
            f"{times[f'hotrow {kind}'] / plain:.2f}",
            f"{times[f'hotrow {kind}'] / times['keras plain']:.2f}",
            f"{floor:.2f}",
        ]
        for kind in KINDS
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    table = [row for rows in arguments.rows for row in measure(rows, arguments.rounds)]
    header = [
        "rows",
        "kind",
        "hotrow, ms",
        "Keras, ms",
        "Keras / hotrow",
        "hotrow / hotrow plain",
        "hotrow / Keras plain",
        "memory floor, ms",
    ]
    backend = keras.backend.backend()
    write_table(f"lookup-{backend}", f"A lookup on {backend}", header, table)


if __name__ == "__main__":
    main()
