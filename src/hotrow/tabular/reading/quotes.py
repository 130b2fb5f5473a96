"""Quotes that are opened and never closed, by what they swallow."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.csv_layout import CsvLayout
from hotrow.tabular.reading.encodings import utf8_stream
from hotrow.tabular.reading.plain import plain_delimiter
from hotrow.tabular.reading.streams import opened
from hotrow_common.arrow import pc

# So many whole lines within a field that look like rows are rows.
_LINES = 3
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_NEWLINE, _RETURN = b"\n\r"


def check_swallowed(path: Path, batch: Any, layout: CsvLayout) -> None:
    """Raises `TableError` if a field holds lines that are rows by all looks of them."""
    width = len(layout.columns)
    if width < 2 or not layout.check_quotes:
        return
    delimiter = plain_delimiter(layout.dialect)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        data = column.buffers()[2]
        # One look at all bytes is many times faster than one at each value.
        if data is None or not _has_lines(np.frombuffer(data, np.uint8)):
            continue
        having = pc.match_substring_regex(column, "[\r\n]")
        place = layout.columns.index(name)
        for value in column.filter(having).to_pylist():
            counts = [line.count(delimiter) for line in _LINE_ENDS.split(value)]
            inner = counts[1:-1]
            whole = all(count == width - 1 for count in inner)
            # The first line has the fields that follow, and the last those before.
            fit = (counts[0], counts[-1]) == (width - 1 - place, place)
            is_rare = delimiter == "\t" or (delimiter != "," and width > 2)
            # A field with a doubled quote in it was written with care.
            fit &= is_rare and layout.dialect.quote not in value
            if whole and (fit or len(inner) >= _LINES):
                raise TableError(
                    f"A field of the column {name!r} of {path.name} holds "
                    f"{len(counts)} lines that look like rows: {value[:60]!r}. A quote "
                    "is opened and not closed where it should be: mend it. If quotes "
                    f"mean nothing in this file, pass {argument(quote='none')}; if "
                    f"all is as it should be, {argument(quote='double')}."
                )


def _has_lines(letters: np.ndarray) -> bool:
    return bool((letters == _NEWLINE).any() or (letters == _RETURN).any())


def check_end(path: Path, layout: CsvLayout, value: str) -> None:
    """Raises `TableError` if the last field has a quote that is never closed."""
    # Arrow takes such a quote for one that the end of the file closes.
    quote = layout.dialect.quote
    # Other ends of lines that Python knows, such as a form feed, end none in a file.
    count = len(_LINE_ENDS.split(_LINE_ENDS.sub("\n", value).removesuffix("\n")))
    if not quote or count < 2:
        return
    if _end(path, layout).rstrip("\r\n\x1a ").endswith(quote):
        return
    raise TableError(
        f"The last field of {path.name} starts with a double quote that is never "
        f"closed, and holds {count} lines: {value[:60]!r}. Close the "
        "quote, or take it out; if quotes mean nothing in this file, pass "
        f"{argument(quote='none')}."
    )


def _end(path: Path, layout: CsvLayout) -> str:
    size = 256
    with opened(path) as file:
        is_plain_file = getattr(file, "name", None) == str(path)
    if is_plain_file and layout.encoding == "utf-8":
        with open(path, "rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read().decode("utf-8", "ignore")
    end = b""
    with utf8_stream(path, layout.encoding) as file:
        while part := file.read(1 << 20):
            end = (end + part)[-size:]
    return end.decode("utf-8", "ignore")
