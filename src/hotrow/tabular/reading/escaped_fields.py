"""Fields of delimited text in which a backslash stands ahead of a delimiter."""

import re

from hotrow.tabular.reading.dialect import Dialect

# Stands between fields in the plain form, so that delimiters in them need no quotes.
PARTING = "\x1f"
# In place of what is escaped, for a moment; text has no such characters.
_BACKSLASH, _DELIMITER = b"\x02", b"\x03"


def parted(data: bytes, dialect: Dialect) -> bytes:
    """Returns whole records with `PARTING` between fields, and nothing escaped.

    Two backslashes in a field without quotes are one; ahead of other letters, as in
    `\\N`, one is text.
    """
    delimiter = dialect.delimiter.encode()
    free = _BACKSLASH not in data and _DELIMITER not in data
    if free and not _opening(dialect).search(data):
        # Many times as fast as what follows.
        data = data.replace(b"\\\\", _BACKSLASH).replace(b"\\" + delimiter, _DELIMITER)
        data = data.replace(delimiter, PARTING.encode())
        return data.replace(_DELIMITER, delimiter).replace(_BACKSLASH, b"\\")
    one = re.escape(delimiter)
    marks = re.compile(
        rb"(?P<field>%b)|\\(?P<escaped>[\\%b])|%b" % (_field(dialect), one, one)
    )

    def plain(match: re.Match[bytes]) -> bytes:
        text: bytes | None = match["field"] or match["escaped"]
        return PARTING.encode() if text is None else text

    return marks.sub(plain, data)


def end_of_fields(data: bytes, dialect: Dialect) -> int:
    """Returns the end of the last record that is whole."""
    if not _opening(dialect).search(data):
        return len(data)
    seen = end = 0
    for match in re.finditer(_field(dialect), data):
        # A quoted field may hold ends of lines, which end no record.
        start = match.start()
        line = max(data.rfind(b"\n", seen, start), data.rfind(b"\r", seen, start)) + 1
        end, seen = max(end, line), match.end()
        if not match["closed"]:
            return end
    return len(data)


def _opening(dialect: Dialect) -> re.Pattern[bytes]:
    """Returns a pattern of quotes that may begin a field."""
    between = re.escape(dialect.delimiter.encode())
    return re.compile(rb"(?:\A|[%b\r\n]) *%b" % (between, _quote(dialect)))


def _field(dialect: Dialect) -> bytes:
    """Returns a pattern of quoted fields, the last of which may be open."""
    quote, between = _quote(dialect), re.escape(dialect.delimiter.encode())
    # A quote within a field without quotes, and behind an escaped delimiter, is text.
    return rb"(?<![^%b\r\n])(?<!\\%b)%b[^%b]*(?:%b%b[^%b]*)*(?P<closed>%b|\Z)" % (
        *(between, between, quote, quote, quote, quote, quote, quote),
    )


def _quote(dialect: Dialect) -> bytes:
    return re.escape(dialect.quote.encode())
