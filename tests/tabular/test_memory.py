"""A table that is larger than what reading it takes."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys, tempfile, threading, time
import numpy as np, pyarrow as pa, pyarrow.compute as pc, hotrow
from pyarrow import csv
from hotrow.tabular.reading.table import open_table
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.training.encoded import encode_table

def anonymous():
    for line in open("/proc/self/status"):
        if line.startswith("RssAnon"):
            return int(line.split()[1]) >> 10

def write(path, parts, rows=50_000):
    rng = np.random.default_rng(0)
    words = pa.array([f"word{k}" for k in range(50_000)])
    writer = None
    for part in range(parts):
        picked = words.take(pa.array(rng.zipf(1.3, rows * 20) % 50_000))
        ends = pa.array(np.arange(0, 20 * rows + 1, 20), pa.int32())
        table = pa.table({
            "name": pc.binary_join_element_wise(
                "name", pa.array(rng.integers(0, 10**6, rows)).cast(pa.string()), ""),
            "amount": rng.normal(size=rows),
            "review": pc.binary_join(pa.ListArray.from_arrays(ends, picked), " "),
            "target": pa.array(["no", "yes"]).take(pa.array(rng.integers(0, 2, rows))),
        })
        writer = writer or csv.CSVWriter(path, table.schema)
        writer.write_table(table)
    writer.close()

def run(path, folder):
    table = open_table(path)
    known = profile(table, "target")
    return known, encode_table(table, known, folder)

with tempfile.TemporaryDirectory() as folder:
    write(f"{folder}/small.csv", 1)
    run(f"{folder}/small.csv", f"{folder}/small")  # What libraries keep for good.
    write(f"{folder}/large.csv", 16)
    pa.default_memory_pool().release_unused()
    before, most, done = anonymous(), [0], threading.Event()

    def watch():
        while not done.wait(0.01):
            most[0] = max(most[0], anonymous())

    thread = threading.Thread(target=watch)
    thread.start()
    known, encoded = run(f"{folder}/large.csv", f"{folder}/large")
    done.set()
    thread.join()
    assert len(encoded) == 800_000
    kinds = [column.kind for column in known.schema.columns]
    assert kinds == ["categorical", "numeric", "text"], kinds
    print(most[0] - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_bounded():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    # The file has 180 MB, and its arrays on disk 70 MB; of a file of 600 MB, the
    # figure is the same.
    assert int(done.stdout.split()[-1]) < 450
    print(done.stdout)
