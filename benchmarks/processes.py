"""How training steps are measured: each contender in a process of its own, in turns."""

import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Protocol

import numpy as np
from memory import free_memory, gpu, peak_memory, reset_peak

TURNS = 4
# A dense step through a large table takes seconds: such a turn ends early.
TURN_SECONDS = 20
# What imports and compilers take, roughly, to see which processes fit together.
PROCESS = 0.7e9

Batch = tuple[np.ndarray, np.ndarray]


class Model(NamedTuple):
    """A contender, ready to train: its step, and the bytes that it has to hold."""

    step: Callable[[np.ndarray, np.ndarray], object]
    held: Callable[[], int]


class Contender(Protocol):
    """What a process is told to measure."""

    contender: str

    @property
    def needed_memory(self) -> float: ...
    @property
    def steps_of_turn(self) -> int: ...
    def word_against(self, free: float) -> str | None: ...
    def make(self, tiny: bool = False) -> Model: ...
    def batches(self, count: int, tiny: bool = False) -> list[Batch]: ...


class Result(NamedTuple):
    """Median time of a step in ms, and peaks of memory in bytes."""

    ms: float
    peak_of_steps: int
    peak_of_building: int


def name_of_run(name: str) -> str:
    """Returns the name of a result's file, with `-gpu` if the backend runs on one.

    JAX then allocates what it needs, and not most of the GPU at once.
    """
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    on_gpu = gpu() is not None and os.environ.get("KERAS_BACKEND") != "tensorflow"
    return f"{name}-gpu" if on_gpu else name


def measure(cases: Sequence[Contender]) -> dict[str, Result | str]:
    """Returns the result of each contender, or a word that says why there is none."""
    free = free_memory()
    words = {case.contender: case.word_against(free) for case in cases}
    runnable = [case for case in cases if words[case.contender] is None]
    results: dict[str, Result | str] = {n: w for n, w in words.items() if w is not None}
    together = sum(case.needed_memory for case in runnable) < free
    for group in [runnable] if together else [[case] for case in runnable]:
        workers = {case.contender: Worker(case) for case in group}
        for _ in range(TURNS):
            for worker in workers.values():
                worker.turn()
        results |= {name: worker.finish() for name, worker in workers.items()}
    return results


class Worker:
    """A process that trains one contender. If it dies, its result is a word."""

    def __init__(self, case: Contender) -> None:
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


def work(connection: Connection, case: Contender) -> None:
    """Makes a model in this process and trains it, a turn whenever told to."""
    batches = case.batches(2 + TURNS * (1 + case.steps_of_turn))
    tiny = case.make(tiny=True)
    for ids, targets in case.batches(2, tiny=True):
        tiny.step(ids, targets)
    del tiny
    gc.collect()
    reset_peak()
    before = peak_memory()
    model = case.make()
    ahead = iter(batches)
    for _ in range(2):
        model.step(*next(ahead))
    before += model.held()
    connection.send(peak_memory() - before)
    reset_peak()
    while connection.recv() == "turn":
        connection.send(time_turn(model, ahead, case.steps_of_turn))
    connection.send(peak_memory() - before)


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


def number(result: Result | str) -> str:
    return result if isinstance(result, str) else f"{result.ms:.2f}"


def ratio(result: Result | str, other: Result | str, digits: int = 1) -> str:
    if isinstance(result, str) or isinstance(other, str):
        return ""
    return f"{result.ms / other.ms:.{digits}f}"
