"""`hotrow neighbors`: the values that a model sees as alike."""

import argparse
from typing import Any

from hotrow_cli.arguments import folder, whole_number
from hotrow_cli.tabular.start import add_common, run_command

EPILOG = """\
example:
  hotrow neighbors run occupation "Craft-repair\""""


def add_to(commands: Any) -> None:
    """Adds the command to `commands`, what `argparse`'s `add_subparsers` returned."""
    command = commands.add_parser(
        "neighbors",
        help="show the values whose vectors are nearest to that of a value",
        description="Show the values of a column whose vectors are nearest to that of "
        "a value,\nwith the cosine of the angle between them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("run_folder", type=folder, metavar="RUN", help="folder of fit")
    command.add_argument("column", metavar="COLUMN")
    command.add_argument("value", metavar="VALUE")
    command.add_argument(
        "-n",
        type=whole_number(1),
        default=10,
        metavar="N",
        help="how many to show (default: 10)",
    )
    add_common(command)
    command.set_defaults(
        run=lambda arguments: run_command("neighbors", _neighbors, arguments)
    )


def _neighbors(arguments: argparse.Namespace) -> int:
    from hotrow.tabular.runs.run import Run

    run = Run(arguments.run_folder)
    nearest = run.neighbors(arguments.column, arguments.value, arguments.n)
    width = max((len(value) for value, _ in nearest), default=0)
    for value, cosine in nearest:
        print(f"{value:{min(width, 60)}}  {cosine:6.3f}")
    if not nearest:
        print(f"{arguments.column} has no other value.")
    return 0
