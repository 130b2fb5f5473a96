"""Quotes of delimited text: which do not fit a dialect, and how they are escaped."""

import re

from hotrow.tabular.reading.dialect import Dialect
from hotrow.tabular.reading.options import WHITESPACE


def swallowing(text: str, dialect: Dialect) -> int:
    """Returns how many quoted fields hold an end of a line."""
    fields = (match[0].rstrip("\r\n") for match in _pattern(dialect).finditer(text))
    return sum("\n" in field or "\r" in field for field in fields)


def bad_quotes(text: str, dialect: Dialect) -> tuple[int, int, int]:
    """Returns how many quoted fields go on after their quote, never end, and exist."""
    bad = unclosed = total = 0
    for match in _pattern(dialect).finditer(text):
        total += 1
        bad += match["after"] is not None
        unclosed += match["open"] is not None
    return bad, unclosed, total


def escapes_itself(text: str, dialect: Dialect) -> bool:
    """Returns whether escapes in quoted fields come in twos, but ahead of quotes."""
    escape, quote = re.escape(dialect.escape), re.escape(dialect.quote)
    runs = re.compile(rf"({escape}+)(?!{escape}|{quote})")
    lengths = [
        len(run[1])
        for field in _pattern(dialect).finditer(text)
        for run in runs.finditer(field[0])
    ]
    return all(length % 2 == 0 for length in lengths)


def has_blanks(text: str, dialect: Dialect) -> bool:
    """Returns whether blanks stand between a delimiter and the quote of a field."""
    if dialect.delimiter == WHITESPACE:
        return False
    place = text.find(dialect.delimiter + " ")
    if place < 0:
        return False
    return any(match[0].startswith(" ") for match in _pattern(dialect).finditer(text))


def _pattern(dialect: Dialect) -> re.Pattern[str]:
    quote = re.escape(dialect.quote)
    if dialect.escape:
        escape = re.escape(dialect.escape)
        inner = (
            rf"[^{quote}{escape}]*(?:(?:{escape}.|{quote}{quote})[^{quote}{escape}]*)*"
        )
    else:
        inner = rf"[^{quote}]*(?:{quote}{quote}[^{quote}]*)*"
    if dialect.delimiter == WHITESPACE:
        between, before = r" \t", r"(?<![^ \t\r\n])"
    elif len(dialect.delimiter) == 1:
        between = re.escape(dialect.delimiter)
        before = rf"(?<![^{between}\r\n])"
    else:
        between, before = "\x1f", rf"(?:^|(?<={re.escape(dialect.delimiter)}))"
    if dialect.delimiter == WHITESPACE:
        blanks = ""
    else:
        blanks = " *" if dialect.delimiter == "\t" else r"[ \t]*"
    return re.compile(
        rf"{before}{blanks}{quote}{inner}(?:{quote}{blanks}(?P<after>[^{between}\r\n])?"
        r"|(?P<open>\Z))",
        re.DOTALL | re.MULTILINE,
    )
