"""Warnings of a run, as lines of text."""

import os
from collections.abc import Iterable
from typing import TextIO

WARNING = "Warning: "
_MOST = 30
_YELLOW, _PLAIN = "\033[1;33m", "\033[0m"


def warning_lines(warnings: Iterable[str]) -> list[str]:
    """Returns a line for each warning, of the first ones if there are many."""
    every = list(warnings)
    lines = [f"{WARNING}{warning}" for warning in every[:_MOST]]
    if len(every) > _MOST:
        lines.append(
            f"{WARNING}{len(every) - _MOST:,} more are in results.json and the report."
        )
    return lines


def in_color(line: str, stream: TextIO) -> str:
    """Returns a line in the color of warnings, if it is one and a terminal shows it."""
    if not line.startswith(WARNING) or os.environ.get("NO_COLOR"):
        return line
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return line
    return f"{_YELLOW}{WARNING.rstrip()}{_PLAIN} {line.removeprefix(WARNING)}"
