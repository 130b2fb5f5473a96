"""How fast do tokens become ids, and a vocabulary is made?

    KERAS_BACKEND=jax python benchmarks/vocabulary.py

Columns that need a library that is not installed are left out. With `--files` it
counts a column of 18 million rows in a Parquet file, and with `--large` it saves and
loads 25 million strings.
"""

import argparse
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from timing import medians, write_table

import hotrow
from hotrow_vocabulary import data_files

TOKENS = 1_000_000
BATCHES = (4096, 1_000_000)
SMALL_BATCHES = 32
UNKNOWN = 0.05
OTHERS = ["pyarrow", "pandas", "polars", "duckdb"]
Calls = dict[str, Callable[[], object]]


def make_words(count: int, seed: int = 0) -> list[str]:
    """Returns distinct strings of 8 to 18 characters."""
    numbers = np.random.default_rng(seed).integers(0, 1 << 40, count)
    return [f"{number:x}-{i}" for i, number in enumerate(numbers)]


def sample(tokens: np.ndarray, others: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Returns tokens of the vocabulary and, now and then, others."""
    rng = np.random.default_rng(seed)
    known = tokens[rng.integers(0, len(tokens), count)]
    unknown = others[rng.integers(0, len(others), count)]
    return np.where(rng.random(count) < UNKNOWN, unknown, known)


def lookups(tokens: np.ndarray, batches: list[np.ndarray], strings: bool) -> Calls:
    """Returns a call for each contender, which looks up one batch after the other."""
    vocab = hotrow.Vocabulary(tokens)
    lists = [batch.tolist() for batch in batches]
    arrows = [pa.array(batch) for batch in lists]
    arrays = [batch.astype(str) for batch in batches] if strings else batches
    calls: Calls = {
        "Hotrow, Arrow": over(arrows, vocab.encode),
        "Hotrow, NumPy": over(arrays, vocab.encode),
        "Hotrow, list": over(lists, vocab.encode),
    }
    if util.find_spec("tensorflow"):
        calls |= keras_lookups(tokens, arrows, strings)
    if util.find_spec("pandas"):
        import pandas as pd

        index = pd.Index(tokens, dtype="object" if strings else "int64")
        calls["pandas get_indexer, NumPy"] = over(batches, index.get_indexer)
    if util.find_spec("polars"):
        import polars as pl

        right = pl.DataFrame({"token": tokens.tolist(), "id": np.arange(len(tokens))})
        frames = [pl.DataFrame({"token": batch}) for batch in lists]

        def join(left: pl.DataFrame) -> object:
            return left.join(right, on="token", how="left", maintain_order="left")

        calls["polars join, Series"] = over(frames, join)
    value_set = pa.array(tokens.tolist())
    calls["pyarrow index_in, Arrow"] = over(
        arrows, lambda batch: pc.index_in(batch, value_set)
    )
    ids = {token: i + 2 for i, token in enumerate(tokens.tolist())}
    calls["dict, list"] = over(
        lists, lambda batch: [ids.get(token, 1) for token in batch]
    )
    return calls


def over(batches: Sequence, look_up: Callable[[Any], object]) -> Callable[[], object]:
    """Returns a call that takes the next batch each time."""
    turns = itertools.cycle(batches)
    return lambda: look_up(next(turns))


def keras_lookups(tokens: np.ndarray, arrows: list[pa.Array], strings: bool) -> Calls:
    import keras
    import tensorflow as tf

    # As a user calls it, and its table alone, as in a `tf.data` pipeline.
    if strings:
        layer = keras.layers.StringLookup(vocabulary=tokens.tolist(), mask_token="")
    else:
        layer = keras.layers.IntegerLookup(vocabulary=tokens, mask_token=None)
    look_up = tf.function(layer.lookup_table.lookup)
    dtype = tf.string if strings else tf.int64

    def as_tensor(batch: pa.Array) -> object:
        return tf.constant(batch.to_numpy(zero_copy_only=False), dtype)

    tensors = [as_tensor(batch) for batch in arrows]
    return {
        "Keras layer, Arrow": over(
            arrows,
            lambda batch: np.asarray(layer(batch.to_numpy(zero_copy_only=False))),
        ),
        "Keras lookup, Arrow": over(
            arrows, lambda batch: look_up(as_tensor(batch)).numpy()
        ),
        "Keras lookup, tf.Tensor": over(tensors, lambda batch: look_up(batch).numpy()),
    }


def fits(words: list[str]) -> Calls:
    as_arrow = pa.array(words)
    calls: Calls = {
        "Hotrow, Arrow": lambda: hotrow.Vocabulary.fit(as_arrow),
        "Hotrow, list": lambda: hotrow.Vocabulary.fit(words),
        "Counter and sorted, list": lambda: sorted(
            Counter(words).items(), key=lambda item: (-item[1], item[0])
        ),
    }
    if util.find_spec("tensorflow"):
        import keras
        import tensorflow as tf

        data = tf.data.Dataset.from_tensor_slices(words).batch(65_536)

        def adapt() -> None:
            keras.layers.StringLookup().adapt(data)

        calls["Keras adapt, tf.data"] = adapt
    return calls


def table_of_lookups(rounds: int) -> list[list]:
    words = np.array(make_words(2 * TOKENS), object)
    numbers = np.random.default_rng(0).permutation(4 * TOKENS)[: 2 * TOKENS]
    wide = np.unique(np.random.default_rng(0).integers(-(2**62), 2**62, 3 * TOKENS))
    wide = np.random.default_rng(0).permutation(wide)[: 2 * TOKENS]
    rows = []
    kinds = {"strings": words, "int64, close": numbers, "int64, wide": wide}
    for kind, tokens in kinds.items():
        for count in BATCHES:
            small = count < TOKENS
            batches = [
                sample(tokens[:TOKENS], tokens[TOKENS:], count, seed)
                for seed in range(SMALL_BATCHES if small else 1)
            ]
            calls = lookups(tokens[:TOKENS], batches, kind == "strings")
            times = medians(calls, 2 * rounds if small else rounds, 10 if small else 1)
            best = times["Hotrow, Arrow"]
            for name, ms in times.items():
                rate = count / ms / 1e3
                cells = [kind, f"{count:,}", name, f"{ms:.3g}", f"{rate:.3g}"]
                rows.append([*cells, f"{ms / best:.2g}"])
    return rows


def peak_of(function: str, path: str) -> tuple[float, float, int]:
    """Runs a function of this file in a process of its own.

    Returns:
        Seconds, peak memory in MB above that of the imports, and what it returned.
    """
    command = [sys.executable, __file__, "--run", function, path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak, result = done.stdout.splitlines()[-1].split()
    return float(seconds), float(peak), int(result)


def run_alone(function: str, path: str) -> None:
    # What the libraries themselves take is loaded before the first look.
    import duckdb  # noqa: F401

    pa.array(["a"]).value_counts()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    result = globals()[function](path)
    seconds = time.perf_counter() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{seconds:.2f} {peak:.0f} {result}")


def by_duckdb(path: str) -> int:
    tokens = data_files.count_files(path, "c", "400MB")
    return sum(len(part) for part in tokens)


def by_from_files(path: str) -> int:
    return len(hotrow.Vocabulary.from_files(path, "c"))


def by_counter(path: str) -> int:
    counter: Counter = Counter()
    for batch in pq.ParquetFile(path).iter_batches(columns=["c"]):
        counter.update(batch.column(0).to_pylist())
    return len(counter)


def table_of_files() -> list[list]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "words.parquet")
        rng = np.random.default_rng(0)
        with pq.ParquetWriter(path, pa.schema([("c", pa.string())])) as writer:
            for _ in range(18):
                # 7 million distinct ones among 18 million.
                keys = pa.array(rng.integers(0, 7_600_000, 1_000_000))
                words = pc.binary_join_element_wise("token", keys.cast("string"), "-")
                writer.write_table(pa.table({"c": words}))
        for name, function in {
            "Hotrow, from_files": "by_from_files",
            "... its counts, streamed": "by_duckdb",
            "Counter, batches of pyarrow": "by_counter",
        }.items():
            seconds, peak, result = peak_of(function, path)
            rows.append([name, f"{seconds:.1f}", f"{peak:.0f}", f"{result:,}"])
    return rows


def table_of_saving() -> list[list]:
    numbers = pa.array(np.arange(25_000_000))
    words = pc.binary_join_element_wise("token", numbers.cast("string"), "-")
    vocab = hotrow.Vocabulary(words)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "v.arrow")
        start = time.perf_counter()
        vocab.save(path)
        rows.append(["save", f"{time.perf_counter() - start:.1f}"])
        del vocab
        start = time.perf_counter()
        again = hotrow.Vocabulary.load(path)
        rows.append(["load, memory-mapped", f"{time.perf_counter() - start:.1f}"])
        assert again.encode(["token-7"]).tolist() == [9]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--run", nargs=2)
    arguments = parser.parse_args()
    if arguments.run:
        run_alone(*arguments.run)
        return
    if arguments.files:
        write_table(
            "vocabulary-files",
            "A column of 18 million rows, 7 million distinct",
            ["", "seconds", "peak MB above the imports", "tokens"],
            table_of_files(),
            ["Each in a process of its own. `from_files` holds its result as well."],
            OTHERS,
        )
        return
    if arguments.large:
        write_table(
            "vocabulary-saving",
            "A vocabulary of 25 million strings",
            ["", "seconds"],
            table_of_saving(),
            others=OTHERS,
        )
        return
    write_table(
        "vocabulary",
        "Tokens to ids, vocabularies of a million",
        ["tokens", "batch", "contender, from", "ms", "M tokens/s", "time / Hotrow's"],
        table_of_lookups(arguments.rounds),
        [
            f"{UNKNOWN:.0%} of the tokens are unknown. Keras's layer is called "
            "with a NumPy array; its lookup is its table alone, in a `tf.function`.",
            f"Batches of 4,096 are {SMALL_BATCHES} different ones, ten in a row for "
            "each contender.",
            "int64 close: a million of the integers below 4 million; wide: of all.",
        ],
        OTHERS,
    )
    times = medians(fits(make_words(TOKENS)), 3)
    best = times["Hotrow, Arrow"]
    write_table(
        "vocabulary-fit",
        "A vocabulary of a million strings is made",
        ["contender, from", "ms", "time / Hotrow's"],
        [[name, f"{ms:.0f}", f"{ms / best:.2g}"] for name, ms in times.items()],
        others=OTHERS,
    )


if __name__ == "__main__":
    main()
