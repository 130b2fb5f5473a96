"""Where a row of several files is, in words."""

from pathlib import Path


class FileRows:
    """Which rows of a table are in which file.

    Args:
        paths: Of the files.
        header: Whether each file starts with a row of names, which spreadsheets and
            editors count as row 1.
    """

    def __init__(self, paths: list[Path], header: bool = False) -> None:
        self._starts: dict[Path, int] = {}
        self._first = 2 if header else 1
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        self.title = f"{paths[0].name}{more}"

    def starts(self, path: Path, row: int) -> None:
        """Says which row of the table is the first of a file."""
        self._starts[path] = row

    def place(self, row: int) -> str:
        """Returns in words where a row is."""
        for path, start in reversed(self._starts.items()):
            if row >= start:
                return f"row {row - start + self._first} of {path.name}"
        return f"row {row + self._first}"
