"""Stops training after Ctrl-C at the next batch, without an exception within a step."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Stop request, set by the first SIGINT.

    Attributes:
        is_made: Whether Ctrl-C was pressed.
        cut_short: Whether an epoch ended for it before its last batch.
    """

    def __init__(self) -> None:
        self.is_made = False
        self.cut_short = False


@contextmanager
def stop_on_interrupt() -> Iterator[StopRequest]:
    """Gives a `StopRequest` that the first Ctrl-C makes; a second one interrupts.

    An exception in the midst of a step can leave a network without its weights, which
    JAX had handed to the step. Only a main thread gets Ctrl-C; in others, nothing is
    changed.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = signal.getsignal(signal.SIGINT)
    if not callable(before):
        yield request
        return

    def note(number: int, frame: FrameType | None) -> None:
        if request.is_made:
            raise KeyboardInterrupt
        request.is_made = True

    signal.signal(signal.SIGINT, note)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
