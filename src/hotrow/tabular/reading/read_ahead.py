"""Arrow's thread that reads ahead of a parser, ended with the parser."""

import atexit
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from hotrow.tabular.reading.csv_stream import CsvStream
from hotrow_common.arrow import csv


class _Parser:
    """A parser and its stream.

    Args:
        stream: File that the parser reads, in a thread of Arrow's.
        options: Further arguments of `pyarrow.csv.open_csv`.
    """

    def __init__(self, stream: CsvStream, *options: Any) -> None:
        self._stream = stream
        self.batches = csv.open_csv(stream, *options)
        _PARSERS.add(self)

    def end(self) -> None:
        """Lets the thread come to its end, and waits for it."""
        self._stream.stop()
        with suppress(Exception):
            for _ in self.batches:
                pass
        _PARSERS.discard(self)


_PARSERS: weakref.WeakSet[_Parser] = weakref.WeakSet()


@contextmanager
def parser(stream: CsvStream, *options: Any) -> Iterator[Any]:
    """Gives the batches of a parser, which ends with the block.

    The thread calls the stream, which is Python: were it still at work when Python
    ends, the process would hang or abort.
    """
    made = _Parser(stream, *options)
    try:
        yield made.batches
    finally:
        made.end()


@atexit.register
def _end_all() -> None:
    for made in list(_PARSERS):
        made.end()
