"""Notes on the header of a table."""

from collections.abc import Sequence

from hotrow.tabular.advice import argument
from hotrow.tabular.reading.cells import (
    counts_up,
    is_data,
    is_numeric,
    rows_below,
    shown,
)


def above(rows: Sequence[list[str]], title: str) -> str:
    """Returns the note on rows above a header."""
    count = len(rows)
    first = " ".join(cell.strip() for cell in rows[0] if cell.strip())[:60]
    return (
        f"{count} row{'s' * (count > 1)} above the header of {title} "
        f"{'are' if count > 1 else 'is'} not read: {first!r}{', ...' * (count > 1)}."
    )


def looks_like_data(
    rows: Sequence[list[str]], place: int, cells: list[str], title: str
) -> list[str]:
    """Returns a note if a header looks like the rows below it."""
    below = rows_below(rows, place, len(cells))
    if not below:
        return []
    columns = list(zip(*below, strict=True))
    numbers = [n for n, column in enumerate(columns) if is_numeric(column)]
    as_data = [n for n in numbers if is_data(cells[n])]
    as_names = [n for n in numbers if cells[n].strip() and not is_data(cells[n])]
    if numbers:
        # Years are names, and so are numbers that count up.
        numbered = [n for n, cell in enumerate(cells) if is_data(cell)]
        suspect = len(as_data) > len(as_names) and not counts_up(cells, numbered)
    else:
        named = [n for n, cell in enumerate(cells) if cell.strip()]
        there = [n for n in named if cells[n] in columns[n]]
        suspect = 2 * len(there) >= max(1, len(named))
    if not suspect:
        return []
    return [
        f"The first row of {title} is taken for the header, and looks like data: "
        f"{shown(cells)}. If the file has no header, pass "
        f"{argument(header=False)}, or `names` with the names of its {len(cells)} "
        "columns."
    ]


def looks_like_header(rows: Sequence[list[str]], place: int, title: str) -> list[str]:
    """Returns a note if rows below a header go on with it, such as one of units."""
    below = rows_below(rows, place, len(rows[place]))
    for count in (2, 1):
        if len(below) < 5 + count:
            continue
        columns = list(zip(*below[count:], strict=True))
        numbers = [n for n, column in enumerate(columns) if is_numeric(column)]
        if numbers and all(
            2 * sum(bool(row[n].strip()) and not is_data(row[n]) for n in numbers)
            > len(numbers)
            for row in below[:count]
        ):
            return [
                f"{count} row{'s' * (count > 1)} below the header of {title} "
                f"{'look' if count > 1 else 'looks'} like a part of it, and "
                f"{'are' if count > 1 else 'is'} read as data: {shown(below[0])}. If "
                "so, pass the line of the last one as `header` and the names of the "
                "columns as `names`."
            ]
    return []
