"""The command line: its grammar, and what it does with an interrupt."""

import argparse
import importlib.metadata
import io
import os
import sys
from collections.abc import Sequence

from hotrow_cli.demo import command as demo
from hotrow_cli.tabular import fit, neighbors, predict, report
from hotrow_cli.tabular.flags import with_flags

COMMANDS = (fit, predict, neighbors, report, demo)


def parser() -> argparse.ArgumentParser:
    """Returns the parser of the whole command line."""
    root = argparse.ArgumentParser(
        prog="hotrow",
        description="One-hot and embedding layers for Keras.",
        epilog="examples:\n"
        "  hotrow fit people.csv --target income --out run\n"
        "  hotrow predict run new.csv --out predictions.csv\n"
        "  hotrow demo --out my-demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = f"hotrow {importlib.metadata.version('hotrow')}"
    root.add_argument("--version", action="version", version=version)
    commands = root.add_subparsers(metavar="command", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: The arguments, without the program's name. Defaults to `sys.argv[1:]`.

    Returns:
        The exit code: 0 when all went well, 1 for an error that was explained on
        standard error, 130 after Ctrl-C.

    Raises:
        SystemExit: With code 2 for arguments that do not parse, 0 after `--help`.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows "?" instead of a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        kept = with_flags(" ".join(getattr(stop, "__notes__", [])))
        text = f". {kept}" if kept else "; no half-written file is left."
        print(f"\nhotrow: stopped{text}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone. Python would complain once more when it
        # flushes the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
