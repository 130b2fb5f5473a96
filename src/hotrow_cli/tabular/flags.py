"""Options of the command in place of the Python arguments that errors name."""

import ast
import csv
import io
import re
import shlex
from collections.abc import Mapping
from typing import Any

# Options that are not called as their argument is.
_NAMES = {"kinds": "--kind"}
_SAME = (
    "decimal", "dates", "delimiter", "drop", "encoding", "epochs", "escape", "first",
    "force", "header", "id", "keep", "keep_columns", "missing", "names", "out", "quote",
    "resume", "seed", "sheet", "skip_bad_rows", "task", "thousands",
)  # fmt: skip
_FLAGS = {name: f"--{name.replace('_', '-')}" for name in _SAME} | _NAMES
_ARGUMENT = re.compile(r"`([a-z_]+)(?:=([^`]+))?`")
_REPORT = re.compile(r"`hotrow\.tabular\.Run\(([^`]+)\)\.report\(\)`")


def with_flags(text: str) -> str:
    """Returns a text of the library as a user of the command reads it.

    Example:

    >>> with_flags("Pass `kinds={'zip': 'code'}`, or `force=True`.")
    'Pass --kind zip=code, or --force.'

    Args:
        text: An error, a note or a warning, with Python arguments in backticks.
    """
    text = _REPORT.sub(_report, text)
    return _ARGUMENT.sub(_option, text)


def _option(found: re.Match[str]) -> str:
    name, code = found.groups()
    flag = _FLAGS.get(name)
    if flag is None:
        return found.group()
    if code is None:
        return flag
    try:
        value = ast.literal_eval(code)
    except (ValueError, SyntaxError):
        return found.group()
    if name == "header" and value is False:
        return "--no-header"
    return " ".join(_words(flag, name, value))


def _words(flag: str, name: str, value: Any) -> list[str]:
    if value is True:
        return [flag]
    if name == "names":
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(value)
        return [flag, shlex.quote(line.getvalue())]
    if isinstance(value, Mapping):
        values = [f"{key}={one}" for key, one in value.items()]
    else:
        values = list(value) if isinstance(value, (list, tuple)) else [value]
    return [f"{flag} {shlex.quote(str(one))}" for one in values]


def _report(found: re.Match[str]) -> str:
    return f"`hotrow report {shlex.quote(str(ast.literal_eval(found.group(1))))}`"
