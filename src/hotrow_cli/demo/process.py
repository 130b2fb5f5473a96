"""Runs a function in a fresh process, which goes when this one does."""

import io
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from hotrow_cli.demo.errors import DemoError

_ERRORS: dict[str, type[Exception]] = {
    "user": DemoError,
    "pipe": BrokenPipeError,
    "system": OSError,
    "bug": RuntimeError,
}


def run_alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Returns `function(*arguments)`, called in a new process.

    Args:
        function: A function of a module; it prints to this process's output.
        *arguments: What pickle can carry.

    Raises:
        DemoError: If a package could not be imported there, or the process died.
        BrokenPipeError: If nobody reads the output any more.
        OSError: If a file could not be read or written there.
        RuntimeError: For any other error, with its traceback.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    # The work follows through the pipe: a start that an interrupt cuts short would make
    # the new process print a traceback.
    process = context.Process(target=_work, args=(theirs,), daemon=True)
    sys.stdout.flush()
    try:
        # Ctrl-C reaches every process of a terminal; this one alone shall answer.
        with interrupts_held():
            process.start()
        theirs.close()
        ours.send((function, arguments))
        kind, value = ours.recv()
    except (EOFError, ConnectionError):
        process.join()
        raise DemoError(
            f"the process that ran {function.__name__!r} died (exit code "
            f"{process.exitcode}); -9 often means that memory ran out. Close other "
            "programs, or try --quick."
        ) from None
    finally:
        ours.close()
        if process.pid is not None:
            process.terminate()
            process.join()
    if kind == "done":
        return value
    raise _ERRORS[kind](value)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Holds Ctrl-C back until the block ends. A process started in it never gets one.

    Does nothing on Windows.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection) -> None:
    _end_with_parent()
    try:
        function, arguments = connection.recv()
    except (EOFError, ConnectionError):
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    outcome: tuple[str, Any]
    try:
        outcome = ("done", function(*arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        outcome = ("pipe", "nobody reads the output")
        # Or Python complains once more when it flushes the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ImportError as error:
        outcome = (
            "user",
            f"a package could not be imported: {error}. Install it again, or choose "
            "another backend with --backend.",
        )
    except OSError as error:
        outcome = ("system", str(error))
    except Exception:
        outcome = ("bug", traceback.format_exc())
    connection.send(outcome)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
