"""A table in CSV files."""

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hotrow.tabular.csv_header import (
    CsvHeader,
    no_rows,
    not_encoded,
    opened,
    read_header,
)
from hotrow.tabular.errors import TableError
from hotrow.tabular.file_rows import FileRows
from hotrow.tabular.parquet_table import other_columns
from hotrow.tabular.table import Table
from hotrow.vocabulary.arrow import csv, pa

# How many bytes are parsed at a time; no row may be longer.
BLOCK = 4 << 20


class CsvTable(Table):
    """A table in CSV files; all columns are strings, so that none changes its type.

    Fields may stand in double quotes and hold newlines then; two double quotes in such
    a field are one. Blank lines are skipped.

    Args:
        paths: Of the files, which have the same columns.
        encoding: As for `open_table`.
        delimiter: As for `open_table`.
        block: How many bytes are parsed at a time.
    """

    def __init__(
        self,
        paths: list[Path],
        encoding: str | None = None,
        delimiter: str | None = None,
        block: int = BLOCK,
    ) -> None:
        self._paths, self._block = paths, block
        self._rows = FileRows(paths, header=True)
        self.title = self._rows.title
        self._headers = [read_header(path, encoding, delimiter) for path in paths]
        self.names = self._headers[0].names
        for path, header in zip(paths, self._headers, strict=True):
            if header.names != self.names:
                raise other_columns(paths[0], self.names, path, header.names)
        # What is wrong with the first rows is said at once.
        if next(self.batches(), None) is None:
            raise no_rows(self.title)

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields the rows as Arrow record batches of strings, in bounded memory."""
        names = self.names if names is None else list(names)
        row = 0
        for path, header in zip(self._paths, self._headers, strict=True):
            self._rows.starts(path, row)
            for batch in self._read(path, header, names):
                if len(batch):
                    row += len(batch)
                    yield batch

    def place(self, row: int) -> str:
        """Returns in words where a row is; as in spreadsheets, the header is row 1."""
        return self._rows.place(row)

    def _read(self, path: Path, header: CsvHeader, names: list[str]) -> Iterator[Any]:
        last = None
        try:
            for batch in csv.open_csv(
                str(path),
                # The number of a bad row is known to one thread only.
                csv.ReadOptions(
                    use_threads=False,
                    block_size=self._block,
                    column_names=header.names,
                    skip_rows=header.blank,
                    skip_rows_after_names=1,
                    encoding=header.encoding,
                ),
                csv.ParseOptions(delimiter=header.delimiter, newlines_in_values=True),
                csv.ConvertOptions(
                    column_types={name: pa.large_string() for name in names},
                    include_columns=names,
                ),
            ):
                yield batch
                last = batch if len(batch) else last
        except UnicodeError as error:
            raise _bad_bytes(path, header.encoding) from error
        except (pa.ArrowException, OSError, EOFError) as error:
            raise self._explained(path, header, error) from error
        if last is not None and names[-1] == header.names[-1]:
            _check_end(path, header, str(last.column(len(names) - 1)[-1]))

    def _explained(self, path: Path, header: CsvHeader, error: Exception) -> TableError:
        text = str(error)
        found = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+): ?(.*)", text)
        if found:
            row, expected, received, content = found.groups()
            fields = "field" if received == "1" else "fields"
            return TableError(
                f"Row {row} of {path.name} has {received} {fields}, and the header has "
                f"{expected}. The row starts: {content[:80]!r}. The delimiter is "
                f"{header.delimiter!r}; a field that holds it must stand in double "
                "quotes. Mend the row, or pass another --delimiter."
            )
        if "invalid UTF8" in text:
            return _bad_bytes(path, header.encoding)
        if "straddling" in text:
            return TableError(
                f"A row of {path.name} is longer than {self._block >> 20} MB. Most "
                "likely a double quote is opened and never closed: find it, or take "
                "the row out."
            )
        return TableError(
            f"The file {str(path)!r} cannot be read as CSV: {text}. It is not whole, "
            "or not what its name says."
        )


def _bad_bytes(path: Path, encoding: str) -> TableError:
    """Returns the error for bytes that are not in the encoding, with their line."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with opened(path) as file:
        while True:
            part = file.read(1 << 20)
            try:
                line += decoder.decode(part, final=not part).count("\n")
            except UnicodeError as error:
                data, end = getattr(error, "object", b""), getattr(error, "start", 0)
                before = data[:end].decode(encoding, "replace")
                return not_encoded(path, encoding, line + before.count("\n"), error)
            if not part:
                return not_encoded(path, encoding, 1)


def _check_end(path: Path, header: CsvHeader, value: str) -> None:
    """Raises `TableError` if the last field has a quote that is never closed."""
    # Arrow takes such a quote for one that the end of the file closes.
    if "\n" not in value or path.name.lower().endswith(".gz"):
        return
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        end = file.read()
    if not end.decode(header.encoding, "ignore").rstrip("\r\n").endswith('"'):
        raise TableError(
            f"The last field of {path.name} starts with a double quote that is never "
            f"closed, and holds {len(value.splitlines())} lines: {value[:60]!r}. Close "
            "the quote, or take it out."
        )
