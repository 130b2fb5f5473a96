"""The first records of a CSV file, among which its header is."""

from hotrow.tabular.reading.cells import is_comment
from hotrow.tabular.reading.dialect import Dialect, width_of
from hotrow.tabular.reading.quote_faults import bad_quotes

_MOST_ROWS = 20_000
# So many rows of one width, one after the other, are enough.
_ENOUGH = 1000
# No record takes more lines than this, and so many records below one are looked at.
_MOST_LINES, _BELOW = 200, 20


def first_records(
    lines: list[str], dialect: Dialect
) -> tuple[list[list[str]], list[int]]:
    """Returns the fields of the first records, and the line after each.

    A quote in a title line may open and never close: a record of several lines that is
    not as wide as others is one line above the header.

    Args:
        lines: The first lines of a file in the plain form.
        dialect: Dialect of the plain form.
    """
    rows: list[list[str]] = []
    ends: list[int] = []
    place = usual = uneven = 0
    while place < len(lines) and len(rows) < _MOST_ROWS:
        record, used = dialect.first_record(lines[place : place + 1])
        if dialect.quote and lines[place].count(dialect.quote) % 2:
            record, used = dialect.first_record(lines[place : place + _MOST_LINES])
            if used > 1 and not usual and _is_title(lines, place, record, dialect):
                record, used = [lines[place].strip()], 1
        place += used
        if len(record) > 1 or any(field.strip() for field in record):
            usual = max(usual, len(record) if len(record) > 1 else 0)
            rows.append(record)
            ends.append(place)
            if len(record) != usual or is_comment(record):
                uneven = len(rows)
            if len(rows) > uneven + _ENOUGH:
                break
    return rows, ends


def _is_title(
    lines: list[str], place: int, record: list[str], dialect: Dialect
) -> bool:
    """Returns whether the first line of a record of several is a line of its own."""
    alone = dialect.first_record(lines[place + 1 : place + 2])[0]
    if len(alone) < 2 or len(record) == len(alone):
        return False
    # A name may have a break within it: rows below are as wide as all of the record.
    used = dialect.first_record(lines[place : place + _MOST_LINES])[1]
    joined = "".join(lines[place : place + used])
    below = list(dialect.records(lines[place + used : place + used + _BELOW]))
    is_whole = not any(bad_quotes(joined, dialect)[:2])
    return not (is_whole and len(record) == width_of(below))
