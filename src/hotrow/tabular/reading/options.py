"""Options of how files are read."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from hotrow.tabular.errors import TableError
from hotrow.tabular.values.characters import trimmed

WHITESPACE = "whitespace"
_DELIMITERS = {
    "\\t": "\t",
    "tab": "\t",
    "\\s+": WHITESPACE,
    "space": WHITESPACE,
    "blank": WHITESPACE,
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
}
_QUOTES = {"none": "", "double": '"', "single": "'"}

# Kinds of files that each option is for; others are read without it.
_FOR = {
    "encoding": ("csv",),
    "delimiter": ("csv",),
    "quote": ("csv",),
    "escape": ("csv",),
    "skip_bad_rows": ("csv",),
    "header": ("csv", "excel"),
    "names": ("csv", "excel"),
    "sheet": ("excel",),
}
_TITLES = {"csv": "CSV files", "excel": "workbooks"}


@dataclass(frozen=True)
class ReadingOptions:
    """Options that override what is detected in a file.

    Attributes:
        encoding: Encoding of text, as Python names it.
        delimiter: Text between fields, or `"whitespace"` for runs of blanks and tabs.
        header: Line of the header, counted from 1; 0 or `False` where there is none.
        names: Names of the columns, for a file without a header.
        quote: Character around fields that hold a delimiter; `""` or `"none"` where
            quotes mean nothing.
        escape: Character ahead of a quote within a quoted field, such as a backslash;
            `""` or `"none"` where a quote is doubled.
        sheet: Name of a workbook's sheet, or its number from 1.
        skip_bad_rows: Whether rows with too few or too many fields are left out.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    names: tuple[str, ...] | None = None
    quote: str | None = None
    escape: str | None = None
    sheet: str | int | None = None
    skip_bad_rows: bool = False

    @classmethod
    def of(
        cls,
        *,
        header: int | bool | None = None,
        names: Sequence[str] | None = None,
        **options: Any,
    ) -> "ReadingOptions":
        """Returns options as a user gives them, or raises `TableError`."""
        known = {field.name for field in fields(cls)}
        for name in options:
            if name not in known:
                from hotrow.tabular.choices import closest

                raise TableError(
                    f"There is no option {name!r} of reading.{closest(name, known)}"
                )
        delimiter = options.get("delimiter")
        if delimiter is not None:
            options["delimiter"] = _delimiter(delimiter)
        for name in ("quote", "escape"):
            value = options.get(name)
            if value is not None:
                options[name] = _character(name, value)
        return cls(header=_header(header), names=_names(names), **options)

    def check_kind(self, kind: str, title: str) -> None:
        """Raises `TableError` if an option is given that files of a kind have not."""
        for name, kinds in _FOR.items():
            value = getattr(self, name)
            if value not in (None, False) and kind not in kinds:
                of = " and ".join(_TITLES[one] for one in kinds)
                raise TableError(
                    f"`{name}` is for {of}. Received: {name}={value!r} for {title}. "
                    "Leave it out."
                )


def _delimiter(text: str) -> str:
    found = _DELIMITERS.get(text.lower(), text)
    if len(found.strip(" ")) >= 1 and found != "\t":
        # `", "` is a comma: blanks around values do not count anyway.
        found = found.strip(" ")
    if found == " ":
        return WHITESPACE
    if not found or any(letter in '"\r\n' for letter in found):
        raise TableError(
            "A delimiter is one character or more, and no quote or end of a line. "
            f"Received: {text!r}. Pass one such as ',' or ';' or 'tab', or "
            "'whitespace' for runs of blanks."
        )
    return found


def _character(name: str, text: str) -> str:
    found = _QUOTES.get(text.lower(), text)
    if len(found) > 1 or not found.isascii() or found in ("\r", "\n"):
        raise TableError(
            f"`{name}` is one ASCII character, or 'none'. Received: {text!r}."
        )
    return found


def _header(header: int | bool | None) -> int | None:
    if header is None or header is True:
        return None
    if not isinstance(header, int) or header < 0:
        raise TableError(
            "`header` is the line of the header, counted from 1, or False where there "
            f"is none. Received: {header!r}."
        )
    return int(header)


def _names(names: Sequence[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if isinstance(names, str) or not names:
        raise TableError(
            f"`names` is a list with the name of each column. Received: {names!r}."
        )
    return tuple(trimmed(str(name)) for name in names)
