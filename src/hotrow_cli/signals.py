"""Handlers of SIGINT and SIGTERM for commands."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def terminate_like_interrupt() -> Iterator[None]:
    """Lets SIGTERM end the block as an exception, which cleans up on its way.

    `timeout 60 hotrow demo` sends SIGTERM, which by default would end this process
    before it removes the files under way.
    """
    # Only a main thread may set handlers.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
