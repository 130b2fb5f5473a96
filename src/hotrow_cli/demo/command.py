"""`hotrow demo`: its arguments, and its errors as text."""

import argparse
import sys
from pathlib import Path
from typing import Any

from hotrow_cli.arguments import folder, whole_number
from hotrow_cli.backends import BACKENDS
from hotrow_cli.demo.options import FULL, QUICK, DemoOptions
from hotrow_cli.errors import CommandError, of_import
from hotrow_cli.signals import terminate_like_interrupt

DESCRIPTION = """\
Train two small text classifiers on the source code of Python's standard library
and look at what they learned. Both say which package a snippet comes from. One
starts with hotrow.Embedding, the other with hotrow.OneHot and a Dense layer; all
else is equal. Nothing is downloaded."""

EPILOG = """\
examples:
  hotrow demo
  hotrow demo --out my-demo --seed 1 --backend jax
  hotrow demo --quick --out /tmp/look --force

files written to the folder:
  embedding.keras, one_hot.keras   the trained models
  report.html                      all of this as a page, open it in a browser
  vocabulary.arrow                 the words, by id
  hotrow-demo.json                 every number of the run"""


def add_to(commands: Any) -> None:
    """Adds the command to `commands`, what `argparse`'s `add_subparsers` returned."""
    command = commands.add_parser(
        "demo",
        help="train on Python's own source code and see what the vectors learn",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--out",
        type=folder,
        default=Path("hotrow-demo"),
        metavar="DIR",
        help="folder for the results (default: ./hotrow-demo)",
    )
    command.add_argument(
        "--force",
        action="store_true",
        help="write into DIR although it holds files; only files of the same name "
        "are replaced",
    )
    command.add_argument(
        "--seed",
        type=whole_number(0, 2**32 - 1),
        default=0,
        metavar="N",
        help="seed of the split, the weights and the training (default: 0)",
    )
    command.add_argument(
        "--backend",
        choices=BACKENDS,
        help="Keras backend (default: KERAS_BACKEND if set, else the first of these "
        "that is installed)",
    )
    command.add_argument(
        "--epochs",
        type=whole_number(1),
        metavar="N",
        help=f"passes over the training snippets (default: {FULL.epochs})",
    )
    command.add_argument(
        "--files-per-package",
        type=whole_number(3),
        metavar="N",
        help=f"most files of one package, at least 3 (default: "
        f"{FULL.files_per_package})",
    )
    command.add_argument(
        "--quick",
        action="store_true",
        help=f"a short run: {QUICK.epochs} epochs, {QUICK.files_per_package} files a "
        f"package and {QUICK.vocabulary_size} words",
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the demo. Returns 0, or 1 after an error that was explained."""
    try:
        # Here, not above: `hotrow --help` need not wait for NumPy.
        from hotrow_cli.demo.run import run_demo

        with terminate_like_interrupt():
            run_demo(_options(arguments))
    except (CommandError, ImportError) as error:
        text = of_import(error) if isinstance(error, ImportError) else str(error)
        print(f"hotrow demo: {text}", file=sys.stderr)
        return 1
    return 0


def _options(arguments: argparse.Namespace) -> DemoOptions:
    scale = QUICK if arguments.quick else FULL
    return DemoOptions(
        out=arguments.out,
        force=arguments.force,
        seed=arguments.seed,
        backend=arguments.backend,
        scale=scale.with_changes(arguments.epochs, arguments.files_per_package),
    )
