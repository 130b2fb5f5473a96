"""Delimited text of any dialect, rewritten as text that Arrow reads."""

import re
from collections.abc import Iterator

import numpy as np

from hotrow.tabular.reading.dialect import Dialect
from hotrow.tabular.reading.escaped_fields import PARTING, end_of_fields, parted
from hotrow.tabular.reading.options import WHITESPACE

# Quotes that never close are waited for no longer than this.
_MOST_PENDING = 16 << 20
_BLANK, _TAB, _NEWLINE, _RETURN = b" \t\n\r"


def plain_delimiter(dialect: Dialect) -> str:
    """Returns the delimiter of the text that `plain_parts` makes."""
    if dialect.delimiter == WHITESPACE:
        return "\t"
    one = len(dialect.delimiter) == 1 and dialect.delimiter.isascii()
    return dialect.delimiter if one and not dialect.escapes_delimiter else PARTING


def to_plain(data: bytes, dialect: Dialect) -> bytes:
    """Returns whole records in the plain form; each line stays one."""
    return _delimited(_unescaped(data, dialect), dialect)


def plain_parts(parts: Iterator[bytes], dialect: Dialect) -> Iterator[bytes]:
    """Yields a stream in the plain form, in parts that end where a record does."""
    rest = pending = b""
    for part in parts:
        rest += part
        # A mark of the end of a line may have its second half in the next part.
        cut = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, len(rest) - 1)) + 1
        pending += _unescaped(rest[:cut], dialect)
        rest = rest[cut:]
        if dialect.escapes_delimiter:
            end = end_of_fields(pending, dialect)
        else:
            end = _end_of_records(pending, dialect.quote)
        if end:
            yield _delimited(pending[:end], dialect)
            pending = pending[end:]
    rest = pending + _unescaped(rest, dialect)
    if rest:
        yield _delimited(rest, dialect)


def _end_of_records(data: bytes, quote: str) -> int:
    """Returns a place after which no quote is open, as late as possible."""
    if not quote or data.count(quote.encode()) % 2 == 0 or len(data) > _MOST_PENDING:
        return len(data)
    place, odd = len(data), True
    while odd and place > 0:
        before = max(data.rfind(b"\n", 0, place - 1), data.rfind(b"\r", 0, place - 1))
        odd ^= bool(data.count(quote.encode(), before + 1, place) % 2)
        place = before + 1
    return place


def _unescaped(data: bytes, dialect: Dialect) -> bytes:
    """Returns data with doubled quotes in place of escaped ones.

    Of several escapes ahead of a quote, two are one: it is escaped if they are odd.
    Elsewhere an escape is a letter as others; but where escapes are escaped, too, two
    of them in a quoted field are one.
    """
    if not dialect.escape or dialect.escape == dialect.quote:
        return data
    escape, quote = dialect.escape.encode(), dialect.quote.encode()
    if dialect.escapes_itself and escape in data:
        return _unescaped_fields(data, escape, quote)
    if escape + quote not in data:
        return data

    def doubled(match: re.Match[bytes]) -> bytes:
        count = len(match[1])
        return escape * (count // 2) + quote * (1 + count % 2)

    return re.sub(b"(" + re.escape(escape) + b"+)" + re.escape(quote), doubled, data)


def _unescaped_fields(data: bytes, escape: bytes, quote: bytes) -> bytes:
    """Returns data with what is escaped in quoted fields as it is."""
    one, two = re.escape(escape), re.escape(quote)
    field = re.compile(b"%b(?:[^%b%b]|%b.)*%b" % (two, two, one, one, two), re.DOTALL)
    escaped = re.compile(b"%b([%b%b])" % (one, one, two))

    def single(match: re.Match[bytes]) -> bytes:
        return match[1] if match[1] == escape else quote * 2

    return field.sub(
        lambda match: escaped.sub(single, match[0]) if escape in match[0] else match[0],
        data,
    )


def _delimited(data: bytes, dialect: Dialect) -> bytes:
    if dialect.escapes_delimiter:
        data = parted(data, dialect)
    if dialect.delimiter == WHITESPACE:
        return _one_tab_each(data, dialect.quote)
    delimiter = dialect.delimiter.encode()
    plain = plain_delimiter(dialect).encode()
    if plain != delimiter and not dialect.escapes_delimiter:
        data = data.replace(delimiter, plain)
    return _without_blanks(data, plain, dialect.quote) if dialect.blanks else data


def _one_tab_each(data: bytes, quote: str) -> bytes:
    """Returns data with a tab for each run of blanks outside quotes within a line."""
    letters = np.frombuffer(data, np.uint8).copy()
    blank = ((letters == _BLANK) | (letters == _TAB)) & _outside(letters, quote)
    letters[blank] = _TAB
    first = blank.copy()
    first[1:] &= ~blank[:-1]
    kept = ~blank | first
    letters, blank = letters[kept], blank[kept]
    is_end = (letters == _NEWLINE) | (letters == _RETURN)
    at_end = np.append(is_end[1:], True)
    at_start = np.append(True, is_end[:-1])
    return letters[~(blank & (at_end | at_start))].tobytes()


def _without_blanks(data: bytes, delimiter: bytes, quote: str) -> bytes:
    """Returns data without the blanks that fields start with, outside quotes."""
    letters = np.frombuffer(data, np.uint8)
    blank = (letters == _BLANK) & _outside(letters, quote)
    if not blank.any():
        return data
    # Of each letter, the last one before it that is no such blank.
    places = np.where(blank, -1, np.arange(len(letters)))
    before = np.maximum.accumulate(places)
    previous = np.where(before >= 0, letters[before], _NEWLINE)
    starts = np.isin(previous, (ord(delimiter), _NEWLINE, _RETURN))
    return letters[~(blank & starts)].tobytes()


def _outside(letters: np.ndarray, quote: str) -> np.ndarray:
    """Returns which letters are neither quotes nor within quotes."""
    if not quote:
        return np.ones(len(letters), bool)
    quotes = letters == ord(quote)
    within = np.bitwise_xor.accumulate(quotes.view(np.uint8)).view(bool)
    return ~(within | quotes)
