"""Start-up and error messages of the commands over tables."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from hotrow_cli.backends import BACKENDS, choose_backend, set_backend
from hotrow_cli.errors import CommandError, of_import
from hotrow_cli.signals import terminate_like_interrupt
from hotrow_cli.tabular.flags import with_flags


def add_common(command: Any) -> None:
    """Adds the options that all these commands have."""
    command.add_argument(
        "--backend",
        choices=BACKENDS,
        help="Keras backend (default: KERAS_BACKEND if set, else the first of these "
        "that is installed)",
    )
    command.add_argument(
        "--debug",
        action="store_true",
        help="show the traceback of an error",
    )


def run_command(
    name: str, work: Callable[[argparse.Namespace], int], arguments: argparse.Namespace
) -> int:
    """Starts Keras on its backend and does the work.

    Args:
        name: Name of the command, as the user typed it.
        work: Called with the arguments; it may import `hotrow`, and returns the exit
            code.
        arguments: Parsed arguments of the command line.

    Returns:
        The exit code: that of `work`, or 1 after an error that was explained.
    """
    try:
        with terminate_like_interrupt():
            _start_keras(arguments.backend)
            return work(arguments)
    except BrokenPipeError:
        raise
    except Exception as error:
        if arguments.debug:
            traceback.print_exc()
        notes = [with_flags(note) for note in getattr(error, "__notes__", [])]
        text = " ".join([_explained(error, arguments), *notes])
        print(f"hotrow {name}: {text}", file=sys.stderr)
        return 1


def _start_keras(requested: str | None) -> None:
    backend = choose_backend(requested, os.environ)
    if "keras" in sys.modules:
        running = sys.modules["keras"].backend.backend()
        if running != backend:
            raise CommandError(
                f"Keras runs on {running} in this process already, and cannot change "
                f"to {backend}. Start the command in a process of its own."
            )
        return
    set_backend(backend)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def _explained(error: Exception, arguments: argparse.Namespace) -> str:
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, ImportError):
        return of_import(error)
    if isinstance(error, MemoryError):
        return "memory ran out. Close other programs, or leave out columns with --drop."
    from hotrow.tabular.errors import TableError
    from hotrow.tabular.run_error import RunError

    if isinstance(error, (RunError, TableError)):
        return with_flags(str(error))
    if isinstance(error, OSError):
        where = f" {error.filename!r}" if error.filename else ""
        return f"could not read or write{where}: {error.strerror or error}."
    hint = "" if arguments.debug else " Pass --debug to see where."
    return (
        f"an error that was not foreseen: {type(error).__name__}: {error}.{hint} "
        "Please report it."
    )
