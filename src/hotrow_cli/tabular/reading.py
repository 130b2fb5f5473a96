"""Options of the commands that read a file."""

import argparse
import csv
import shlex
from typing import Any

from hotrow_cli.arguments import whole_number

FILES = "CSV, Excel, Parquet, Feather or JSON"
_NAMES = ("encoding", "delimiter", "header", "names", "quote", "escape", "sheet")


def add_reading(command: Any) -> None:
    """Adds the options that say how a file is read."""
    group = command.add_argument_group("how a file is read (default: found out)")
    group.add_argument(
        "--encoding",
        metavar="NAME",
        help="encoding of a CSV file, such as cp1252",
    )
    group.add_argument(
        "--delimiter",
        metavar="TEXT",
        help="text between the columns of a CSV file: a character, 'tab', or "
        "'whitespace' for runs of blanks",
    )
    header = group.add_mutually_exclusive_group()
    header.add_argument(
        "--header",
        type=whole_number(1),
        metavar="LINE",
        help="line of the header, counted from 1; lines above it are not read",
    )
    header.add_argument(
        "--no-header",
        action="store_const",
        const=0,
        dest="header",
        help="the first row is data; the columns are column_1, column_2, ...",
    )
    group.add_argument(
        "--names",
        type=_names,
        metavar="A,B,C",
        help="names of the columns of a file without a header, or in place of the one "
        "of --header",
    )
    group.add_argument(
        "--quote",
        metavar="CHAR",
        help="character around fields, or 'none' where quotes are text",
    )
    group.add_argument(
        "--escape",
        metavar="CHAR",
        help="character ahead of quotes within fields, such as \\, or 'none' where "
        "they are doubled",
    )
    group.add_argument(
        "--sheet",
        metavar="NAME",
        help="sheet of a workbook, by its name or number (default: the first one that "
        "is filled)",
    )
    group.add_argument(
        "--skip-bad-rows",
        action="store_true",
        help="leave out rows of a CSV file that have too few or too many fields",
    )


def reading_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Returns the options that the user gave, as `open_table` takes them."""
    given = {name: getattr(arguments, name) for name in _NAMES}
    reading = {name: value for name, value in given.items() if value is not None}
    return {**reading, "skip_bad_rows": arguments.skip_bad_rows}


def reading_words(arguments: argparse.Namespace) -> str:
    """Returns the options that the user gave as they are typed, each after a blank."""
    given = reading_of(arguments)
    words = []
    for name, value in given.items():
        option = name.replace("_", "-")
        if value is True:
            words.append(f"--{option}")
        elif name == "header" and value == 0:
            words.append("--no-header")
        elif value is not False:
            text = ", ".join(value) if name == "names" else str(value)
            words += [f"--{option}", shlex.quote(text)]
    return "".join(f" {word}" for word in words)


def _names(text: str) -> list[str]:
    names = next(csv.reader([text], skipinitialspace=True), [])
    if not names or not all(name.strip() for name in names):
        raise argparse.ArgumentTypeError(
            f"must be names with commas between them. Received: {text!r}"
        )
    return [name.strip() for name in names]
