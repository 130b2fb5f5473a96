"""A table that is larger than what reading it takes."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.once

SCRIPT = """
import os, sys, tempfile, threading, time
import numpy as np, pyarrow as pa, pyarrow.compute as pc, hotrow
from pyarrow import csv
from hotrow.tabular.reading.open_table import open_table
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

def most_memory(path, folder):
    before, most, done = anonymous(), [0], threading.Event()

    def watch():
        while not done.wait(0.01):
            most[0] = max(most[0], anonymous())

    thread = threading.Thread(target=watch)
    thread.start()
    run(path, folder)
    done.set()
    thread.join()
    return most[0] - before

with tempfile.TemporaryDirectory() as folder:
    for parts in (1, 8, 32):
        path = f"{folder}/{parts}.csv"
        write(path, parts)
        pa.default_memory_pool().release_unused()
        print(os.path.getsize(path) >> 20, most_memory(path, f"{folder}/{parts}"))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_bounded():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in done.stdout.splitlines()[-3:]]
    sizes, most = ([int(row[k]) for row in rows] for k in range(2))
    assert sizes[2] - sizes[1] > 180
    assert most[2] - most[1] < 120
    assert most[2] < 700
