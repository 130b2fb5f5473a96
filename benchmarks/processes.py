"""How `train_step.py` measures: each contender in a process of its own, in turns."""

import gc
import math
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from contenders import (
    BATCH,
    FLOOR,
    LENGTH,
    MAKERS,
    Case,
    Model,
    needed_memory,
    word_against,
)

from hotrow_cli.demo.measure import peak_memory

TURNS = 4
# A dense step through a large table takes seconds: such a turn ends early.
TURN_SECONDS = 20
TINY = 1000

Batch = tuple[np.ndarray, np.ndarray]


class Result(NamedTuple):
    """Median time of a step in ms, and peaks of memory in bytes."""

    ms: float
    peak_of_steps: int
    peak_of_building: int


def measure(cases: Sequence[Case]) -> dict[str, Result | str]:
    """Returns the result of each contender, or a word that says why there is none."""
    free = free_memory()
    words = {case.contender: word_against(case, free) for case in cases}
    runnable = [case for case in cases if words[case.contender] is None]
    results: dict[str, Result | str] = {n: w for n, w in words.items() if w is not None}
    together = sum(needed_memory(case) for case in runnable) < free
    for group in [runnable] if together else [[case] for case in runnable]:
        workers = {case.contender: Worker(case) for case in group}
        for _ in range(TURNS):
            for worker in workers.values():
                worker.turn()
        results |= {name: worker.finish() for name, worker in workers.items()}
    return results


class Worker:
    """A process that trains one contender. If it dies, its result is a word."""

    def __init__(self, case: Case) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, case), daemon=True)
        self._process.start()
        theirs.close()
        self._case = case
        self._failed = False
        self._times: list[float] = []
        self._peak_of_building = self._receive()

    def turn(self) -> None:
        """Runs a turn of steps."""
        self._times += self._receive("turn") or []

    def finish(self) -> Result | str:
        """Ends the process and returns what came of it."""
        peak_of_steps = self._receive("end")
        self._connection.close()
        self._process.terminate()
        self._process.join()
        if self._failed:
            return "failed"
        ms = float(np.median(self._times))
        return Result(ms, peak_of_steps, self._peak_of_building)

    def _receive(self, request: str | None = None) -> Any:
        """Returns what the process says, upon a request if one is given, or None."""
        if self._failed:
            return None
        try:
            if request is not None:
                self._connection.send(request)
            return self._connection.recv()
        except (EOFError, OSError):
            # An exception in the process has been printed there.
            self._process.join()
            code = self._process.exitcode
            print(f"{self._case}: the process died, code {code}", file=sys.stderr)
            self._failed = True
            return None


def work(connection: Connection, case: Case) -> None:
    """Makes a model in this process and trains it, a turn whenever told to."""
    batches = make_batches(case)
    make = MAKERS[case.contender]
    tiny = make(replace(case, rows=TINY))
    for ids, targets in batches[:2]:
        tiny.step(ids % TINY, targets)
    del tiny
    gc.collect()
    reset_peak()
    before = peak_memory()
    model = make(case)
    ahead = iter(batches)
    for _ in range(2):
        model.step(*next(ahead))
    before += model.held()
    connection.send(peak_memory() - before)
    reset_peak()
    while connection.recv() == "turn":
        connection.send(time_turn(model, ahead, steps_of_turn(case)))
    connection.send(peak_memory() - before)


def steps_of_turn(case: Case) -> int:
    return math.ceil(case.steps / TURNS)


def make_batches(case: Case) -> list[Batch]:
    """Returns the ids and targets of every step, the same for each contender."""
    rng = np.random.default_rng(0)
    shape = (2 + TURNS * (1 + steps_of_turn(case)), BATCH, LENGTH)
    if case.ids == "uniform":
        ids = rng.integers(0, case.rows, shape)
    else:
        ids = np.floor((case.rows + 1) ** rng.random(shape)) - 1
    targets = rng.random((*shape[:2], 1), dtype="float32")
    ids = np.minimum(ids, case.rows - 1).astype("int32")
    if case.contender == FLOOR:
        # Finding the distinct ids is no part of the floor.
        ids = [np.unique(batch) for batch in ids]
    return list(zip(ids, targets, strict=True))


def time_turn(model: Model, ahead: Iterator[Batch], steps: int) -> list[float]:
    """Returns the time in ms of each step of a turn but the first, which warms up."""
    times: list[float] = []
    began = time.perf_counter()
    model.step(*next(ahead))
    for _ in range(steps):
        ids, targets = next(ahead)
        start = time.perf_counter()
        model.step(ids, targets)
        end = time.perf_counter()
        times.append(1e3 * (end - start))
        if end - began > TURN_SECONDS:
            break
    return times


def reset_peak() -> None:
    """Has `peak_memory` start afresh, from what is held now. It can on Linux only."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def free_memory() -> float:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
