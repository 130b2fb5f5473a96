"""A table in CSV files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hotrow.tabular.advice import argument
from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.bad_rows import BadRows
from hotrow.tabular.reading.csv_layout import CsvLayout, no_rows, read_layout
from hotrow.tabular.reading.csv_stream import CsvStream
from hotrow.tabular.reading.encodings import bad_line
from hotrow.tabular.reading.file_rows import FileRows
from hotrow.tabular.reading.options import ReadingOptions
from hotrow.tabular.reading.other_columns import other_columns
from hotrow.tabular.reading.plain import plain_delimiter
from hotrow.tabular.reading.quotes import check_end, check_swallowed
from hotrow.tabular.reading.read_ahead import parser
from hotrow.tabular.reading.streams import unreadable
from hotrow.tabular.reading.table import Table
from hotrow_common.arrow import csv, pa

# How many bytes are parsed at a time; no row may be longer.
BLOCK = 4 << 20


class CsvTable(Table):
    """A table in CSV files; all columns are strings, so that none changes its type.

    Fields may stand in double quotes and hold newlines then; two double quotes in such
    a field are one. Blank lines are skipped. Files of other dialects are rewritten so
    as they are read.

    Args:
        paths: Paths of the files, which have the same columns.
        options: Reading options.
        block: Number of bytes that are parsed at a time.
    """

    def __init__(
        self,
        paths: list[Path],
        options: ReadingOptions | None = None,
        block: int = BLOCK,
    ) -> None:
        options = ReadingOptions() if options is None else options
        self._paths, self._options, self._block = paths, options, block
        self._layouts = [read_layout(path, options) for path in paths]
        # Of the last pass over each file.
        self._bad: dict[Path, BadRows] = {}
        first = [layout.lines + 1 for layout in self._layouts]
        self._rows = FileRows(paths, dict(zip(paths, first, strict=True)))
        self.title = self._rows.title
        self.names = self._layouts[0].names
        self.delimiter = self._layouts[0].dialect.delimiter
        for path, layout in zip(paths, self._layouts, strict=True):
            if layout.names != self.names:
                raise other_columns(paths[0], self.names, path, layout.names)
        # What is wrong with the first rows is said at once.
        if next(self.batches(), None) is None:
            raise no_rows(self.title)

    @property
    def notes(self) -> list[str]:
        """Sentences on what a user might not expect of the files."""
        of_layouts = [note for layout in self._layouts for note in layout.notes]
        return of_layouts + [note for bad in self._bad.values() for note in bad.notes()]

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields the rows as Arrow record batches of strings, in bounded memory."""
        names = self.names if names is None else list(names)
        row = 0
        for path, layout in zip(self._paths, self._layouts, strict=True):
            bad = self._bad[path] = BadRows(path, self._options)
            self._rows.starts(path, row, bad.places)
            for batch in self._read(path, layout, names, bad):
                if len(batch):
                    row += len(batch)
                    yield batch

    def place(self, row: int) -> str:
        """Returns in words where a row is; as in spreadsheets, the header is row 1."""
        return self._rows.place(row)

    def _read(
        self, path: Path, layout: CsvLayout, names: list[str], bad: BadRows
    ) -> Iterator[Any]:
        stream = CsvStream(path, layout)
        last = None
        try:
            with parser(stream, *self._parsing(layout, names, bad)) as batches:
                for batch in batches:
                    bad.rows += len(batch)
                    if bad.is_error:
                        # The rest is read to say how many there are.
                        continue
                    if stream.has_quotes:
                        check_swallowed(path, batch, layout)
                    yield batch
                    last = batch if len(batch) else last
        except UnicodeError as error:
            raise bad_line(path, layout.encoding) from error
        except (pa.ArrowException, OSError, EOFError) as error:
            raise self._explained(path, layout, error) from error
        if bad.is_error:
            raise bad.error(len(layout.columns), layout.dialect, layout.lines)
        if last is not None and names[-1] == layout.columns[-1]:
            check_end(path, layout, str(last.column(len(names) - 1)[-1]))

    def _parsing(
        self, layout: CsvLayout, names: list[str], bad: BadRows
    ) -> tuple[Any, Any, Any]:
        """Returns the options of Arrow's parser."""
        return (
            # The number of a bad row is known to one thread only.
            csv.ReadOptions(
                use_threads=False,
                block_size=self._block,
                column_names=layout.columns,
            ),
            csv.ParseOptions(
                delimiter=plain_delimiter(layout.dialect),
                quote_char=layout.dialect.quote or False,
                newlines_in_values=True,
                invalid_row_handler=bad.add,
            ),
            csv.ConvertOptions(
                column_types={name: pa.large_string() for name in names},
                include_columns=names,
                # The stream has checked it.
                check_utf8=False,
            ),
        )

    def _explained(self, path: Path, layout: CsvLayout, error: Exception) -> TableError:
        text = str(error)
        if "Empty CSV file" in text:
            return no_rows(path.name)
        if "straddling" in text:
            return TableError(
                f"A row of {path.name} is longer than {self._block >> 20} MB. Most "
                "likely a double quote is opened and never closed: find it, or take "
                "the row out; where quotes mean nothing, pass "
                f"{argument(quote='none')}."
            )
        return unreadable(path, error)
