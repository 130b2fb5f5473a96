"""The header among the first rows of a table: its place, and the names in it."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.cells import (
    BELOW,
    filled,
    is_comment,
    is_data,
    names_numbers,
    rows_below,
    shown,
)
from hotrow.tabular.reading.dialect import width_of
from hotrow.tabular.reading.header_notes import (
    above,
    looks_like_data,
    looks_like_header,
)
from hotrow.tabular.reading.names import check_names, unique_names
from hotrow.tabular.reading.options import ReadingOptions
from hotrow.tabular.values.characters import trimmed

_RULE = re.compile(r"\s*:?[-=]*:?\s*")


@dataclass(frozen=True)
class Header:
    """The header of a table.

    Attributes:
        first: Place of the first row of data among the rows.
        columns: Names of all columns, each once.
        kept: Number of them that are columns of the table: those at the end that have
            neither a name nor a value are none.
        notes: Sentences on what a user might not expect.
    """

    first: int
    columns: list[str]
    kept: int
    notes: tuple[str, ...]


def find_header(
    rows: Sequence[list[str]],
    title: str,
    options: ReadingOptions,
    given: int | None = None,
) -> Header:
    """Returns the header.

    Args:
        rows: The first rows of a table, as text; none is blank.
        title: Name of the table, for errors and notes.
        options: Reading options of the user.
        given: Place of the row that the user says is the header.

    Raises:
        TableError: If the user's names are not as many as the columns.
    """
    if options.names is not None or options.header == 0:
        return _without_header(rows, title, options, given)
    width = width_of(list(rows if given is None else rows[given:]))
    place = _place(rows, width) if given is None else given
    cells = _cells(rows, place, width)
    notes = looks_like_data(rows, place, cells, title)
    if place and given is None:
        notes.insert(0, above(rows[:place], title))
    first = place + 1
    if len(rows) > first + 1 and _is_rule(rows[first]):
        first += 1
    else:
        notes += looks_like_header(rows, place, title)
    return _named(cells, rows[first:], first, notes)


def _without_header(
    rows: Sequence[list[str]],
    title: str,
    options: ReadingOptions,
    given: int | None,
) -> Header:
    width = width_of(list(rows))
    if given is None:
        first = next((k for k, row in enumerate(rows) if len(row) == width), 0)
        notes = [above(rows[:first], title)] if first else []
    else:
        # The names take the place of that header.
        first, notes = min(given + 1, len(rows) - 1), []
    if options.names is None:
        names = [f"column_{number}" for number in range(1, width + 1)]
    else:
        names = check_names(list(options.names), "the names that were given")
        whole = [row for row in rows if len(row) == width]
        used = max(len(names), _used_width(whole, 0))
        if len(names) != used or used > width:
            raise TableError(
                f"{len(names)} names were given, and the rows of {title} have {used} "
                f"fields, such as: {shown(rows[first])}. Give a name for each."
            )
        if [trimmed(cell) for cell in rows[first]][:used] == names:
            # It has a header after all.
            first += 1
    return _named([*names, *[""] * (width - len(names))], rows[first:], first, notes)


def _named(
    cells: list[str], body: Sequence[list[str]], first: int, notes: list[str]
) -> Header:
    named = max((n for n, cell in enumerate(cells, 1) if cell.strip()), default=0)
    whole = [row for row in body if len(row) == len(cells)]
    kept = max(named, _used_width(whole, named), 1)
    columns, about_names = unique_names(cells[:kept])
    notes += about_names
    if kept < len(cells):
        count = len(cells) - kept
        notes.append(
            f"{count} column{'s' * (count > 1)} at the end without a name or a value "
            f"{'are' if count > 1 else 'is'} not read."
        )
        columns += [f"\0{place}" for place in range(kept, len(cells))]
    return Header(first, columns, kept, tuple(notes))


def _place(rows: Sequence[list[str]], width: int) -> int:
    """Returns the place of the header: a row as wide as most, below titles."""
    whole = [k for k, row in enumerate(rows) if len(row) == width]
    if not whole:
        return 0
    above = rows[: whole[0]]
    if above:
        before = whole[0] - 1
        # A mark and no blank may begin a name, but not ahead of another header.
        titles = [
            filled(row) <= 1
            or is_comment(row)
            or (k < before and row[0].lstrip().startswith("#"))
            for k, row in enumerate(above)
        ]
        if all(titles[:-1]) and not titles[-1] and _is_narrow(rows, before, width):
            return before
        if not all(titles) and not names_numbers(rows, whole[0]):
            # A header with too few names, or too many: the rows are what is wrong.
            return titles.index(False)
    for place in whole:
        if not _is_title(rows, place, whole):
            return place
    return whole[0]


def _is_title(rows: Sequence[list[str]], place: int, whole: list[int]) -> bool:
    """Returns whether a row is a title although it has as many fields as others."""
    row, width = rows[place], len(rows[place])
    if is_comment(row):
        return place < whole[-1]
    if filled(row) > max(1, width // 4):
        return False
    after = islice(whole, bisect_right(whole, place), None)
    names = next((rows[k] for k in after if filled(rows[k]) > filled(row)), None)
    if names is None or not filled(row):
        return names is not None
    alike = width > 2 and bool(row[0].strip()) and 2 * filled(names) > width
    no_data = not any(is_data(cell) for cell in names)
    return (alike and no_data) or names_numbers(rows, rows.index(names, place))


def _is_narrow(rows: Sequence[list[str]], place: int, width: int) -> bool:
    """Returns whether a header lacks the name of row names, or of empty columns."""
    if len(rows[place]) >= width:
        return False
    below = rows_below(rows, place, width)
    if _used_width(below, 0) <= len(rows[place]):
        return True
    return len(rows[place]) == width - 1 and _has_row_names(rows, place, width)


def _has_row_names(rows: Sequence[list[str]], place: int, width: int) -> bool:
    """Returns whether rows start with a name of their own, as R writes them."""
    below = rows[place + 1 : place + 1 + BELOW]
    names = [row[0].strip() for row in below if row]
    if len(below) < 3 or len(set(names)) < len(names):
        return False
    if any(len(row) != width for row in below):
        return False
    start = int(names[0]) if names[0].isdecimal() else 0
    counted = [str(start + k) for k in range(len(names))]
    return names == counted or not any(is_data(name) for name in names)


def _cells(rows: Sequence[list[str]], place: int, width: int) -> list[str]:
    """Returns the cells of a header, with blank ones for columns that it leaves out."""
    cells = list(rows[place])
    if len(cells) < width and _is_narrow(rows, place, width):
        below = rows_below(rows, place, width)
        lacking = [""] * (width - len(cells))
        at_end = _used_width(below, 0) <= len(cells)
        return [*cells, *lacking] if at_end else [*lacking, *cells]
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells


def _is_rule(row: list[str]) -> bool:
    """Returns whether a row is a line of dashes below a header."""
    return all(_RULE.fullmatch(cell) for cell in row) and any(map(str.strip, row))


def _used_width(rows: Sequence[list[str]], least: int) -> int:
    """Returns the place after the last column that has a value."""
    used = least
    for row in rows:
        while len(row) > used and any(cell.strip() for cell in row[used:]):
            used += 1
    return used
