"""A table in a sheet of a workbook: Excel's, or an OpenDocument one."""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.csv_layout import no_rows
from hotrow.tabular.reading.file_rows import FileRows
from hotrow.tabular.reading.frame_table import FrameTable
from hotrow.tabular.reading.header import find_header
from hotrow.tabular.reading.options import ReadingOptions
from hotrow.tabular.reading.other_columns import other_columns
from hotrow.tabular.reading.table import Table
from hotrow_common.arrow import pa

_LOOKED_AT = 1000


class ExcelTable(Table):
    """A table in sheets of workbooks, which are read into memory.

    Args:
        paths: Paths of the workbooks, whose sheets have the same columns.
        options: Reading options: the sheet, and the row of its header.
    """

    def __init__(self, paths: list[Path], options: ReadingOptions) -> None:
        self._notes: list[str] = []
        self._tables: list[FrameTable] = []
        self._paths = paths
        first = {}
        for path in paths:
            columns, place, notes = _read_sheet(path, options)
            self._tables.append(FrameTable(columns))
            self._notes += notes
            first[path] = place
            if list(columns) != self._tables[0].names:
                raise other_columns(
                    paths[0], self._tables[0].names, path, list(columns)
                )
        self.names = self._tables[0].names
        self._rows = FileRows(paths, first)
        self.title = self._rows.title

    @property
    def notes(self) -> list[str]:
        """Sentences on what a user might not expect of the workbooks."""
        return self._notes

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Yields the rows as Arrow record batches."""
        row = 0
        for path, table in zip(self._paths, self._tables, strict=True):
            self._rows.starts(path, row)
            for batch in table.batches(names):
                row += len(batch)
                yield _as_first(batch, self._tables[0])

    def place(self, row: int) -> str:
        """Returns in words where a row is, as the spreadsheet counts it."""
        return self._rows.place(row)


def _as_first(batch: Any, first: FrameTable) -> Any:
    """Returns a batch with the types that the first workbook has, or as text."""
    wanted = next(first.batches(batch.schema.names)).schema
    if batch.schema == wanted:
        return batch
    columns = []
    for column, field in zip(batch.columns, wanted, strict=True):
        try:
            columns.append(column.cast(field.type))
        except pa.ArrowException:
            columns.append(column.cast(pa.large_string()))
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _read_sheet(
    path: Path, options: ReadingOptions
) -> tuple[dict[str, list[Any]], int, list[str]]:
    """Returns columns, the number of the first row of data, and notes."""
    calamine = _calamine()
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            name, notes = _sheet_of(book, path, options.sheet)
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.PasswordError as error:
        raise TableError(
            f"The workbook {str(path)!r} has a password. Save it without one."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(
            f"The file {str(path)!r} cannot be read as a workbook: {error}. Open it "
            "and save it as .xlsx or .csv."
        ) from error
    title = f"sheet {name!r} of {path.name}"
    # Rows that are filled, each with its number in the sheet.
    numbered = [
        (number, row) for number, row in enumerate(rows, 1) if any(c != "" for c in row)
    ]
    given = None
    if options.header:
        given = next((k for k, (n, _) in enumerate(numbered) if n >= options.header), 0)
    if not numbered:
        raise TableError(f"{title} is empty. Pass another `sheet`.")
    left = min(
        next(n for n, cell in enumerate(row) if cell != "") for _, row in numbered
    )
    texts = [[str(c) for c in row[left:]] for _, row in numbered[:_LOOKED_AT]]
    header = find_header(texts, title, options, given)
    body = numbered[header.first :]
    if not body:
        raise no_rows(title)
    columns = zip(*(row[left:] for _, row in body), strict=True)
    names = header.columns[: header.kept]
    table = {
        column: [_value(cell) for cell in cells]
        for column, cells in zip(names, columns, strict=False)
    }
    return table, body[0][0], [*notes, *header.notes]


def _sheet_of(book: Any, path: Path, wanted: str | int | None) -> tuple[str, list[str]]:
    """Returns the name of the sheet to read, and notes."""
    names = list(book.sheet_names)
    if wanted is not None:
        if str(wanted) in names:
            return str(wanted), []
        if str(wanted).isdecimal() and 1 <= int(wanted) <= len(names):
            return names[int(wanted) - 1], []
        raise TableError(
            f"{path.name} has no sheet {wanted!r}. It has: "
            f"{', '.join(map(repr, names))}. Pass the name of one, or its number from "
            "1."
        )
    filled = [name for name in names if book.get_sheet_by_name(name).height]
    if not filled:
        raise TableError(f"The workbook {str(path)!r} is empty: no sheet has a cell.")
    if len(filled) == 1:
        return filled[0], []
    return filled[0], [
        f"{path.name} has {len(filled)} sheets, {', '.join(map(repr, filled[:10]))}: "
        f"{filled[0]!r} is read. Pass another `sheet`."
    ]


def _value(cell: Any) -> Any:
    """Returns a cell's value; of a moment at midnight, its date."""
    if cell == "":
        return None
    if isinstance(cell, datetime.datetime) and not (
        cell.hour or cell.minute or cell.second or cell.microsecond
    ):
        return cell.date()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        # A workbook has no integers of its own.
        return int(cell)
    if isinstance(cell, datetime.time):
        return str(cell)
    return cell


def _calamine() -> Any:
    try:
        import python_calamine
    except ImportError as error:
        raise TableError(
            "Workbooks are read by the package python-calamine, which is not "
            "installed. Run `pip install 'hotrow[excel]'`, or save the sheet as CSV."
        ) from error
    return python_calamine
