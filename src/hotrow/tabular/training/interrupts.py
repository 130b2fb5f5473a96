"""Ctrl-C as a wish that work ends soon, in place of an exception in its midst."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Wish:
    """Whether the user wishes that work ends.

    Attributes:
        is_there: Whether Ctrl-C was pressed.
        cut_short: Whether work ended for it before it was whole.
    """

    def __init__(self) -> None:
        self.is_there = False
        self.cut_short = False


@contextmanager
def interrupts_as_wish() -> Iterator[Wish]:
    """Gives a `Wish` that the first Ctrl-C fulfils; a second one interrupts as ever.

    An exception in the midst of a step can leave a network without its weights, which
    JAX had handed to the step. Only a main thread gets Ctrl-C; in others, nothing is
    changed.
    """
    wish = Wish()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return
    before = signal.getsignal(signal.SIGINT)
    if not callable(before):
        yield wish
        return

    def note(number: int, frame: FrameType | None) -> None:
        if wish.is_there:
            raise KeyboardInterrupt
        wish.is_there = True

    signal.signal(signal.SIGINT, note)
    try:
        yield wish
    finally:
        signal.signal(signal.SIGINT, before)
