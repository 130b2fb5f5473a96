"""The dialect in which a text makes a table."""

import io
import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from hotrow.tabular.reading.delimiter_escapes import ESCAPE, with_delimiter_escapes
from hotrow.tabular.reading.dialect import Dialect, is_filled, width_of
from hotrow.tabular.reading.options import WHITESPACE, ReadingOptions
from hotrow.tabular.reading.quote_faults import (
    bad_quotes,
    escapes_itself,
    has_blanks,
    swallowing,
)

DELIMITERS = (",", ";", "\t", "|")
# Tried where none of those makes columns.
RARE_DELIMITERS = ("\x1f", "::", "\x01", "^", "~", "¦", ":", WHITESPACE)
# So many lines at the start and at the end of a text are looked at.
_FIRST, _LAST = 300, 700
_DECIMAL = re.compile(r"[-+]?[0-9.]*[0-9],[0-9]+")


def find_dialect(text: str, options: ReadingOptions, by_name: str | None) -> Dialect:
    """Returns the dialect in which a text makes a table.

    Args:
        text: The start of a file.
        options: Reading options of the user.
        by_name: The delimiter that the file's name promises, or None.
    """
    quote = '"' if options.quote is None else options.quote
    best = _with_quote(text, quote, options, by_name)
    if options.quote is None and "'" in text:
        single = _with_quote(text, "'", options, by_name)
        if _is_better(text, single, best):
            best = single
    if best.quote and best.quote in text:
        best = replace(best, blanks=has_blanks(text, best))
    return with_delimiter_escapes(text, best, options)


def _with_quote(
    text: str, quote: str, options: ReadingOptions, by_name: str | None
) -> Dialect:
    """Returns the best dialect with a quote."""
    dialect = Dialect(quote=quote)
    if options.escape:
        dialect = replace(dialect, escape=options.escape)
    if options.delimiter is not None:
        dialect = replace(dialect, delimiter=options.delimiter)
    else:
        dialect = _best_delimiter(text, dialect, by_name)
    if quote and options.quote is None and quote in text:
        dialect = _quoting(text, dialect, options)
    if dialect.escape and dialect.quote:
        dialect = replace(dialect, escapes_itself=escapes_itself(text, dialect))
    return dialect


def _faults(text: str, dialect: Dialect) -> int:
    """Returns how many rows and quotes do not fit a dialect."""
    quotes = sum(bad_quotes(text, dialect)[:2]) if dialect.quote else 0
    return quotes + _uneven(_rows(text, dialect))


def _is_better(text: str, single: Dialect, double: Dialect) -> bool:
    """Returns whether fields stand in single quotes, and not in double ones."""
    if not single.quote:
        return False
    faults = _faults(text, double)
    rows, others = _rows(text, single), _rows(text, double)
    # An apostrophe that is read as a quote swallows rows.
    if width_of(rows) < 2 or bad_quotes(text, single)[0]:
        return False
    if 10 * len(rows) < 9 * len(others) and not faults:
        return False
    least = faults if _splits_single_quotes(text, double) else faults - 1
    return _faults(text, single) <= least


def _splits_single_quotes(text: str, dialect: Dialect) -> bool:
    """Returns whether a field starts with a single quote and the next ends with one."""
    return any(
        first.strip()[:1] == "'" != first.strip()[-1:] and second.strip()[-1:] == "'"
        for row in _rows(text, dialect)
        for first, second in pairwise(row)
    )


def _uneven(rows: list[list[str]]) -> int:
    """Returns how many rows have not the usual number of fields."""
    width = width_of(rows)
    return sum(len(row) != width for row in rows)


def _rows(text: str, dialect: Dialect) -> list[list[str]]:
    lines = dialect.lines_of(_some(text))
    return [record for record in dialect.records(lines) if is_filled(record)]


@lru_cache(maxsize=1)
def _some(text: str) -> str:
    """Returns lines at the start and the end of a text, or all if they are few.

    Above a table may stand as many lines as in it.
    """
    lines = list(io.StringIO(text, newline=""))
    if len(lines) <= _FIRST + _LAST:
        return text
    return "".join(lines[:_FIRST] + lines[-_LAST:])


def _best_delimiter(text: str, dialect: Dialect, by_name: str | None) -> Dialect:
    candidates = []
    if by_name is not None:
        named = replace(dialect, delimiter=by_name)
        if width_of(_rows(text, named)) > 1:
            return named
    by_commas = _first_of_table(_rows(text, replace(dialect, delimiter=",")))
    for order, delimiter in enumerate(DELIMITERS):
        found = replace(dialect, delimiter=delimiter)
        rank = _rank(_rows(text, found), delimiter, by_commas)
        if rank is not None:
            # Quotes end where fields do.
            fit = not dialect.quote or not bad_quotes(_some(text), found)[0]
            candidates.append((fit, *rank, -order, found))
    if candidates:
        best: Dialect = max(candidates, key=lambda candidate: candidate[:-1])[-1]
        return _between_blanks(text, best)
    first = replace(dialect, delimiter=by_name or ",")
    for delimiter in RARE_DELIMITERS:
        found = replace(dialect, delimiter=delimiter)
        rows = _rows(text, found)
        width = width_of(rows)
        # One blank or colon a line may be part of a value: all lines must agree.
        # R leaves out the name of the column of row names.
        if (
            delimiter == WHITESPACE
            and width > 2
            and len(rows) > 2
            and len(rows[0]) == width - 1
            and all(len(row) == width for row in rows[1:])
        ):
            return found
        if len(delimiter) == 1 and ESCAPE + delimiter in text:
            rows = _rows(text.replace(ESCAPE + delimiter, ""), found)
            width = width_of(rows)
        agree = len(rows) > 1 and not _uneven(rows)
        # Two words a line are a name as well.
        if width < 2 or not agree:
            continue
        if delimiter == WHITESPACE and width == 2 and not _has_numbers(rows):
            continue
        return found
    return first


def _between_blanks(text: str, dialect: Dialect) -> Dialect:
    """Returns blanks for the delimiter if a tab parts a row that they part better."""
    if dialect.delimiter != "\t" or "  " not in text:
        return dialect
    blanks = replace(dialect, delimiter=WHITESPACE)
    rows, others = _rows(text, blanks), _rows(text, dialect)
    in_all = all(any("  " in cell.strip() for cell in row) for row in others)
    better = width_of(rows) > width_of(others) and not _uneven(rows)
    return blanks if in_all and better else dialect


def _has_numbers(rows: list[list[str]]) -> bool:
    """Returns whether a column has numbers below its header."""
    columns = list(zip(*rows[1:], strict=True))
    return any(all(any(map(str.isdigit, c)) for c in column) for column in columns)


def _first_of_table(rows: list[list[str]]) -> int | None:
    """Returns the place of the first row of several fields if all below are as wide."""
    first = next((place for place, row in enumerate(rows) if len(row) > 1), None)
    widths = {len(row) for row in rows[first:]} if first is not None else set()
    return first if len(widths) == 1 else None


def _rank(
    rows: list[list[str]], delimiter: str, by_commas: int | None
) -> tuple[bool, bool, int, int, int] | None:
    """Returns how well rows make a table, larger for better, or None.

    First comes whether a column has commas for decimal points, which no comma between
    fields leaves whole; but not where commas part a header above it and all rows alike.
    Then whether the first row with several fields has the usual number, as a header
    has, and how few rows stand above it: commas of decimals are in each row of a file
    with semicolons, but not in its header. Then how many rows agree, and last how many
    columns there are.
    """
    width = width_of(rows)
    if width < 2:
        return None
    first = next(place for place, row in enumerate(rows) if len(row) > 1)
    same = sum(len(row) == width for row in rows[first:])
    if same * 2 < len(rows) - first:
        return None
    header = len(rows[first]) in (width, width - 1)
    decimals = delimiter != "," and _has_decimal_commas(rows, width)
    if by_commas is not None and by_commas < first:
        decimals = False
    return decimals, header, -first, round(10 * same / (len(rows) - first)), width


def _has_decimal_commas(rows: list[list[str]], width: int) -> bool:
    whole = [row for row in rows if len(row) == width]
    for header, *cells in zip(*whole, strict=True):
        numbers = sum(_DECIMAL.fullmatch(cell.strip()) is not None for cell in cells)
        is_name = "," not in header.replace(", ", "") or _DECIMAL.fullmatch(
            header.strip()
        )
        if cells and numbers >= 0.9 * len(cells) and is_name:
            return True
    return False


def _quoting(text: str, dialect: Dialect, options: ReadingOptions) -> Dialect:
    """Returns the dialect with the escape that its quotes have, or without quotes."""
    bad, unclosed, quoted = bad_quotes(text, dialect)
    if options.escape is None and "\\" + dialect.quote in text:
        escaped = replace(dialect, escape="\\")
        faults = sum(bad_quotes(text, escaped)[:2]), _uneven(_rows(text, escaped))
        if faults < (bad + unclosed, _uneven(_rows(text, dialect))):
            return escaped
    none = replace(dialect, quote="")
    plain = _rows(text, none)
    width = width_of(plain)
    # Where each line has all fields whatever quotes are in it, those that swallow lines
    # are text. A comma is a mark of plain text, too.
    if dialect.delimiter != "," or width > 3:
        bad += max(unclosed, swallowing(text, dialect))
    # Quotes that are text, as in a file with tabs, enclose no field as a rule.
    if bad and bad * 2 >= quoted and width > 1 and not _uneven(plain):
        return none
    return dialect
