"""`hotrow fit`: from a file to a trained model."""

import argparse
import sys
from typing import Any

from hotrow_cli.arguments import folder, whole_number
from hotrow_cli.tabular.flags import with_flags
from hotrow_cli.tabular.reading import FILES, add_reading, reading_of, reading_words
from hotrow_cli.tabular.start import add_common, run_command

KINDS = ("categorical", "code", "numeric", "text", "multi", "date")

DESCRIPTION = """\
Train a Keras model that predicts one column of a table from the others. What each
column holds is found out and shown before training starts; rows are split into
training, validation and test; training ends when the validation loss stops falling."""

EPILOG = """\
examples:
  hotrow fit people.csv --target income --out run
  hotrow fit reviews.parquet --target stars --text review --drop id --out run
  hotrow fit people.csv --target income --kind zip=categorical --out run --force

then:
  hotrow predict run new.csv --out predictions.csv
  hotrow neighbors run occupation "Craft-repair"

files written to the folder:
  model.keras     the model, for keras.saving.load_model: raw columns to predictions
  report.html     the report, for a browser
  results.json    every number of the report
  run.json        data and settings, for --resume

Ctrl-C during training ends it and saves the best weights so far. A run that was
stopped or killed goes on with the same command and --resume."""


def add_to(commands: Any) -> None:
    """Adds the command to `commands`, what `argparse`'s `add_subparsers` returned."""
    command = commands.add_parser(
        "fit",
        help="train a model on a table in a file",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("files", nargs="+", metavar="FILE", help=FILES)
    command.add_argument(
        "--target", required=True, metavar="COLUMN", help="the column to predict"
    )
    command.add_argument(
        "--out",
        type=folder,
        required=True,
        metavar="DIR",
        help="folder for the results",
    )
    _add_columns(command)
    _add_training(command)
    add_reading(command)
    _add_written(command)
    command.add_argument(
        "--resume",
        action="store_true",
        help="continue the run in DIR, which was stopped or killed",
    )
    command.add_argument(
        "--force", action="store_true", help="replace the run in DIR, if there is one"
    )
    add_common(command)
    command.set_defaults(run=lambda arguments: run_command("fit", _fit, arguments))


def _add_columns(command: Any) -> None:
    """Adds the options on the columns and on how they enter the network."""
    command.add_argument(
        "--text",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column of free text; may be given several times",
    )
    command.add_argument(
        "--kind",
        action="append",
        default=[],
        type=_kind,
        metavar="COLUMN=KIND",
        help=f"what a column holds: {', '.join(KINDS)}; may be given several times",
    )
    command.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column to leave out; may be given several times",
    )
    command.add_argument(
        "--task",
        choices=("binary", "multiclass", "regression"),
        help="what to predict (default: what the target looks like)",
    )
    command.add_argument(
        "--first",
        choices=("embedding", "onehot"),
        default="embedding",
        help="what values enter the network by (default: embedding)",
    )


def _add_training(command: Any) -> None:
    """Adds the options on training."""
    command.add_argument(
        "--epochs",
        type=whole_number(1),
        default=100,
        metavar="N",
        help="passes over the training rows, at most (default: 100)",
    )
    command.add_argument(
        "--seed",
        type=whole_number(0, 2**32 - 1),
        default=0,
        metavar="N",
        help="seed of the split, the weights and the training (default: 0)",
    )


def _add_written(command: Any) -> None:
    """Adds the options that say how values are written."""
    group = command.add_argument_group(
        "how values are written (default: found out for each column)",
        "Each may be given several times, for all columns or for one: MARK or "
        "COLUMN=MARK.",
    )
    for name, metavar, text in (
        ("--decimal", "MARK", "mark before decimals: . or ,"),
        (
            "--thousands",
            "MARK",
            "mark between thousands: , . ' _, a blank, or none",
        ),
        ("--dates", "ORDER", "order of dates in numbers: dmy, mdy or ymd"),
        ("--missing", "MARK", "a value that is missing, such as -1"),
        ("--keep", "MARK", "a value that is not missing, such as NA"),
    ):
        group.add_argument(
            name, action="append", default=[], metavar=f"[COLUMN=]{metavar}", help=text
        )


def _fit(arguments: argparse.Namespace) -> int:
    from hotrow.tabular.fit import fit
    from hotrow.tabular.runs.warnings import in_color

    files = arguments.files
    run = fit(
        files[0] if len(files) == 1 else files,
        arguments.target,
        out=arguments.out,
        kinds={**dict.fromkeys(arguments.text, "text"), **dict(arguments.kind)},
        drop=arguments.drop,
        task=arguments.task,
        first=arguments.first,
        epochs=arguments.epochs,
        seed=arguments.seed,
        **reading_of(arguments),
        decimal=arguments.decimal,
        thousands=arguments.thousands,
        dates=arguments.dates,
        missing=arguments.missing,
        keep=arguments.keep,
        resume=arguments.resume,
        force=arguments.force,
        say=lambda line: print(in_color(with_flags(line), sys.stdout), flush=True),
    )
    if run.interrupted:
        print(
            f"hotrow fit: stopped. Saved in {arguments.out}: the model as it was at "
            f"its best, in epoch {run.results.best_epoch}, and its results. The same "
            "command with --resume continues the training.",
            file=sys.stderr,
        )
        return 130
    print(
        f"\nWritten to {arguments.out}: {', '.join(run.files())}\n"
        f"Next: hotrow predict {arguments.out} {files[0]}{reading_words(arguments)} "
        "--out predictions.csv"
    )
    return 0


def _kind(text: str) -> tuple[str, str]:
    column, equals, kind = text.rpartition("=")
    if not equals or not column or kind not in KINDS:
        raise argparse.ArgumentTypeError(
            f"must be COLUMN=KIND with a kind of {', '.join(KINDS)}. Received: {text!r}"
        )
    return column, kind
