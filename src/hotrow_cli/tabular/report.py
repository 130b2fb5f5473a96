"""`hotrow report`: the report of a run, written again."""

import argparse
from pathlib import Path
from typing import Any

from hotrow_cli.arguments import folder
from hotrow_cli.tabular.start import add_common, run_command

EPILOG = """\
examples:
  hotrow report run
  hotrow report run --out report.html"""


def add_to(commands: Any) -> None:
    """Adds the command to `commands`, what `argparse`'s `add_subparsers` returned."""
    command = commands.add_parser(
        "report",
        help="write the report of a run again",
        description="Write the report of a run again: one page for a browser, which "
        "needs no network.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("run_folder", type=folder, metavar="RUN", help="folder of fit")
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="file to write (default: report.html in RUN)",
    )
    add_common(command)
    command.set_defaults(
        run=lambda arguments: run_command("report", _report, arguments)
    )


def _report(arguments: argparse.Namespace) -> int:
    from hotrow.tabular.runs.run import Run

    print(f"Written: {Run(arguments.run_folder).report(arguments.out)}")
    return 0
