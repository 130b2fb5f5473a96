"""Re-entrant lock of a model: one thread at a time runs its compiled steps."""

import concurrent.futures
import faulthandler
import inspect
import multiprocessing
import os
import queue
import re
import selectors
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hotrow import keras_compat

# How often a thread that waits looks whether the one that runs waits for it.
_SECONDS_BETWEEN_LOOKS = 0.02
# How long that one must have been waiting. Once is enough in a call.
_PATIENCE = 0.5

# File and line.
_Place = tuple[str, int]


def _in_dump(path: str) -> str:
    """Returns a path as `faulthandler` writes it."""
    return path.encode("ascii", "backslashreplace").decode("ascii")


# Where the modules are in which a thread waits for another one.
_MODULES = (threading, queue, selectors, multiprocessing, concurrent.futures)
_WAITING = tuple(
    _in_dump(inspect.getfile(module)).removesuffix("__init__.py") for module in _MODULES
)
_CALLBACKS = _in_dump(keras_compat.CALLBACKS_FILE)
_THREAD = re.compile(
    r"^(?:Current t|T)hread (?P<id>0x[0-9a-f]+).*\n(?P<stack>(?:  .*\n?)*)", re.M
)
_PLACE = re.compile(r'^  File "(?P<file>.*)", line (?P<line>\d+) in ', re.M)


class CallLock:
    """A lock that the calls of one model hold while they run.

    Any thread may call a model from a callback or a data loader of its own call, as
    Keras allows: the lock is re-entrant, and a thread is let in while the thread that
    holds the lock is in a callback or waits for another thread. Between two batches,
    and between two epochs, a long call lets those that wait go first (`let_others`).
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        # The last one runs. Those before it have let it in.
        self._holders: list[_Ticket] = []
        self._waiting: deque[_Ticket] = deque()

    @contextmanager
    def held(self, reads_only: bool) -> Iterator[None]:
        """Acquires the lock, and releases it at the end of the block.

        Args:
            reads_only: Whether the call leaves metrics and weights alone, so that it
                may run between two batches of another one.
        """
        self._acquire(reads_only)
        try:
            yield
        finally:
            self._release()

    def is_wanted(self, reads_only: bool) -> bool:
        """Returns whether the holder should call `let_others`."""
        if not self._waiting and len(self._holders) < 2:
            return False
        with self._guard:
            if self._holders[0].thread != threading.get_ident():
                return False
            return len(self._holders) > 1 or bool(self._next_ones(reads_only))

    def let_others(self, reads_only: bool) -> None:
        """Lets the threads that wait now run, one by one, before this one goes on.

        It also waits for those that were let in earlier.
        """
        with self._guard:
            guests, waiting = self._holders[1:], self._next_ones(reads_only)
        for guest in guests:
            guest.left.wait()
        for ticket in waiting:
            with self._guard:
                if ticket in self._waiting:
                    self._let_in(ticket)
            if ticket.entered.is_set():
                ticket.left.wait()

    def _next_ones(self, reads_only: bool) -> "list[_Ticket]":
        return [t for t in self._waiting if t.reads_only or not reads_only]

    def _acquire(self, reads_only: bool) -> None:
        me = threading.get_ident()
        with self._guard:
            for holder in self._holders:
                if holder.thread == me:
                    holder.depth += 1
                    return
            ticket = _Ticket(me, reads_only)
            if not self._holders and not self._waiting:
                self._holders.append(ticket)
                return
            self._waiting.append(ticket)
        try:
            while not ticket.entered.wait(_SECONDS_BETWEEN_LOOKS):
                self._enter_if_needed(ticket)
        except BaseException:
            with self._guard:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                else:
                    self._leave(ticket)
            raise

    def _release(self) -> None:
        me = threading.get_ident()
        with self._guard:
            holder = next(h for h in self._holders if h.thread == me)
            holder.depth -= 1
            if not holder.depth:
                self._leave(holder)

    def _leave(self, holder: "_Ticket") -> None:
        self._holders.remove(holder)
        holder.left.set()
        if not self._holders and self._waiting:
            self._let_in(self._waiting[0])

    def _let_in(self, ticket: "_Ticket") -> None:
        ticket.waits_in = None
        self._waiting.remove(ticket)
        self._holders.append(ticket)
        ticket.entered.set()

    def _enter_if_needed(self, ticket: "_Ticket") -> None:
        """Takes the lock if the thread that holds it may be waiting for this one."""
        with self._guard:
            if ticket not in self._waiting:
                return
            runs = self._holders[-1]
            place = _waits_in(runs.thread)
            now = time.monotonic()
            if place is None or place != ticket.waits_in:
                ticket.waits_in, ticket.since = place, now
            if place is not None and now - ticket.since >= runs.patience:
                runs.patience = 0.0
                self._let_in(ticket)


def _waits_in(thread: int) -> tuple[_Place, ...] | None:
    """Returns the stack of a thread that runs callbacks or waits for another, or None.

    Of one that runs callbacks, the stack down to the call of them.
    """
    stack = _stack_of(thread)
    for depth, (file, _) in enumerate(stack):
        if file == _CALLBACKS:
            return tuple(stack[depth:])
    if stack and stack[0][0].startswith(_WAITING):
        return tuple(stack)
    return None


def _stack_of(thread: int) -> list[_Place]:
    """Returns the files and lines of what a thread runs, the innermost first.

    The frames of `sys._current_frames` would go on running while they are looked at, in
    which Python 3.11 gave objects that are no frames. Here no thread runs meanwhile.
    """
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        text = file.read().decode("utf-8", "replace")
    for found in _THREAD.finditer(text):
        if int(found["id"], 16) == thread:
            return [
                (p["file"], int(p["line"])) for p in _PLACE.finditer(found["stack"])
            ]
    return []


class _Ticket:
    """A call that waits for a lock or holds it."""

    def __init__(self, thread: int, reads_only: bool) -> None:
        self.thread = thread
        self.reads_only = reads_only
        self.depth = 1
        self.patience = _PATIENCE
        # Where the thread that runs was seen waiting, and since when.
        self.waits_in: tuple[_Place, ...] | None = None
        self.since = 0.0
        self.entered = threading.Event()
        self.left = threading.Event()


_locks: weakref.WeakKeyDictionary[Any, CallLock] = weakref.WeakKeyDictionary()
_making = threading.Lock()


def lock_of(model: Any) -> CallLock:
    """Returns the lock of a model, kept outside it: models are copied and saved."""
    with _making:
        lock = _locks.get(model)
        if lock is None:
            lock = _locks[model] = CallLock()
        return lock


def _after_fork() -> None:
    global _making
    _making = threading.Lock()
    # Held by threads that a child process does not have.
    _locks.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
