"""Cells of the first rows of a table: names, or data."""

import re
from collections.abc import Sequence
from itertools import pairwise

# Rows that are looked at below a header.
BELOW = 200
_COMMENTS = ("# ", "##", "% ", "%%", "// ", "-- ")
# Numbers, dates, times and amounts: digits, and marks that go with them.
_DATA = re.compile(r"[-+(]?[$€£]? ?[0-9.,][-+0-9.,:/ TeE%)Z]*")


def rows_below(rows: Sequence[list[str]], place: int, width: int) -> list[list[str]]:
    """Returns the rows below a header that are as wide as it, some of the first."""
    below = rows[place + 1 : place + 1 + BELOW]
    # Files that were joined have their header once more.
    return [row for row in below if len(row) == width and row != rows[place]]


def is_numeric(cells: Sequence[str]) -> bool:
    """Returns whether nearly all cells of a column that are filled are data."""
    there = [cell for cell in cells if cell.strip()]
    return bool(there) and sum(map(is_data, there)) >= 0.9 * len(there)


def is_data(cell: str) -> bool:
    """Returns whether a cell is a number, a date or the like, and no name."""
    return _DATA.fullmatch(cell.strip()) is not None and any(map(str.isdigit, cell))


def filled(row: list[str]) -> int:
    """Returns how many cells of a row are not blank."""
    return sum(bool(cell.strip()) for cell in row)


def counts_up(cells: list[str], places: list[int]) -> bool:
    """Returns whether names are rising years, or numbers in equal steps."""
    try:
        numbers = [float(cells[place]) for place in places]
    except ValueError:
        return False
    steps = {b - a for a, b in pairwise(numbers)}
    if len(numbers) > 2 and 1800 <= min(numbers) <= max(numbers) <= 2100:
        return min(steps) > 0
    return steps == {1.0} or (len(numbers) > 2 and len(steps) == 1 and 0.0 not in steps)


def names_numbers(rows: Sequence[list[str]], place: int) -> bool:
    """Returns whether a row has a name above a column of numbers."""
    below = rows_below(rows, place, len(rows[place]))
    columns = list(zip(*below, strict=True))
    numbers = [n for n, column in enumerate(columns) if is_numeric(column)]
    cells = rows[place]
    if any(cells[n].strip() and not is_data(cells[n]) for n in numbers):
        return True
    # Years beside words are names, too.
    years = [n for n, cell in enumerate(cells) if is_data(cell)]
    words = any(cell.strip() and not is_data(cell) for cell in cells)
    return bool(numbers) and words and len(years) > 2 and counts_up(cells, years)


def shown(cells: Sequence[str]) -> str:
    """Returns the first cells of a row for a message."""
    text = ", ".join(repr(cell.strip()[:20]) for cell in cells[:6])
    return text + (", ..." if len(cells) > 6 else "")


def is_comment(row: list[str]) -> bool:
    """Returns whether a row is a comment."""
    return bool(row) and row[0].lstrip().startswith(_COMMENTS)
