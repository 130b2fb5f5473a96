"""Kinds of arguments that several commands take."""

import argparse
from collections.abc import Callable
from pathlib import Path


def whole_number(low: int, high: int | None = None) -> Callable[[str], int]:
    """Returns what parses a whole number of a range."""
    span = f"of at least {low}" if high is None else f"from {low} to {high}"

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if number < low or (high is not None and number > high):
            raise argparse.ArgumentTypeError(
                f"must be a whole number {span}. Received: {text!r}"
            )
        return number

    return parse


def folder(text: str) -> Path:
    """Parses the path of a folder."""
    if not text:
        raise argparse.ArgumentTypeError(
            "must name a folder. Received: ''. For this folder, pass ."
        )
    return Path(text)
