"""`hotrow predict`: predictions for a file."""

import argparse
import sys
from pathlib import Path
from typing import Any

from hotrow_cli.arguments import folder
from hotrow_cli.errors import CommandError
from hotrow_cli.tabular.flags import with_flags
from hotrow_cli.tabular.reading import FILES, add_reading, reading_of
from hotrow_cli.tabular.start import add_common, run_command

DESCRIPTION = """\
Predict with the model of a run, a row for each row of the file: the class and the
probability of each class, or the number. The file may hold the target or not; columns
that the model does not know are not read."""

EPILOG = """\
examples:
  hotrow predict run new.csv --out predictions.csv
  hotrow predict run new.csv --id customer --out predictions.csv
  hotrow predict run new.parquet --keep-columns --out predictions.parquet --force
  hotrow predict run new.csv | head"""


def add_to(commands: Any) -> None:
    """Adds the command to `commands`, what `argparse`'s `add_subparsers` returned."""
    command = commands.add_parser(
        "predict",
        help="predict for the rows of a file",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("run_folder", type=folder, metavar="RUN", help="folder of fit")
    command.add_argument("files", nargs="+", metavar="FILE", help=FILES)
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="file to write, .csv or .parquet (default: CSV to standard output)",
    )
    command.add_argument(
        "--id",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column of FILE to write ahead of the predictions, to join them by; may "
        "be given several times",
    )
    command.add_argument(
        "--keep-columns",
        action="store_true",
        help="write all columns of FILE ahead of the predictions",
    )
    command.add_argument(
        "--force", action="store_true", help="replace the file of --out"
    )
    add_reading(command)
    add_common(command)
    command.set_defaults(
        run=lambda arguments: run_command("predict", _predict, arguments)
    )


def _predict(arguments: argparse.Namespace) -> int:
    out: Path | None = arguments.out
    if out is not None:
        _check_out(out, arguments.force)

    from hotrow.tabular.runs.run import Run
    from hotrow.tabular.runs.write_predictions import write_predictions

    files = arguments.files
    rows, notes = write_predictions(
        Run(arguments.run_folder),
        files[0] if len(files) == 1 else files,
        sys.stdout.buffer if out is None else out,
        id=arguments.id,
        keep_columns=arguments.keep_columns,
        **reading_of(arguments),
    )
    for note in notes:
        print(f"hotrow predict: {with_flags(note)}", file=sys.stderr)
    if out is not None:
        print(f"{rows:,} predictions written to {out}")
    return 0


def _check_out(out: Path, force: bool) -> None:
    if out.suffix.lower() not in (".csv", ".parquet"):
        raise CommandError(
            f"--out must end in .csv or .parquet. Received: {str(out)!r}."
        )
    if out.is_dir():
        raise CommandError(f"cannot write the file {str(out)!r}: it is a folder.")
    if out.exists() and not force:
        raise CommandError(
            f"the file {str(out)!r} is there already. Nothing was touched. Choose "
            "another with --out, or pass --force to replace it."
        )
    if not out.parent.is_dir():
        raise CommandError(
            f"cannot write the file {str(out)!r}: there is no folder "
            f"{str(out.parent)!r}."
        )
