"""Names the file and line of a row of several files."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path


class FileRows:
    """Number of rows of each file of a table.

    Args:
        paths: Paths of the files.
        first: The number that the first row of each file has in spreadsheets and
            editors, which count the header and what stands above it. Defaults to
            `None`, 1.
    """

    def __init__(
        self, paths: list[Path], first: Mapping[Path, int] | None = None
    ) -> None:
        self._starts: dict[Path, tuple[int, Sequence[int]]] = {}
        self._first = dict.fromkeys(paths, 1) if first is None else first
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        self.title = f"{paths[0].name}{more}"

    def starts(self, path: Path, row: int, skipped: Sequence[int] = ()) -> None:
        """Says which row of the table is the first of a file.

        Args:
            path: Path of the file.
            row: Number of the row in the table, from 0.
            skipped: Numbers of the file's rows that are none of the table's, from 1,
                in order; they may be added to later.
        """
        self._starts[path] = (row, skipped)

    def place(self, row: int) -> str:
        """Returns in words where a row is."""
        for path, (start, skipped) in reversed(self._starts.items()):
            if row >= start:
                number = row - start
                # Each skipped row at or before this one moves it on.
                while True:
                    moved = row - start + bisect_right(skipped, number + 1)
                    if moved == number:
                        break
                    number = moved
                return f"row {number + self._first[path]} of {path.name}"
        return f"row {row + 1}"
