"""The folder of results: checked before the work, filled at its end."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotrow_cli.demo.errors import DemoError
from hotrow_cli.demo.process import interrupts_held

MODEL_SUFFIX = ".keras"
VOCABULARY = "vocabulary.arrow"
REPORT = "report.html"
MANIFEST = "hotrow-demo.json"
FORMAT = "hotrow-demo"
VERSION = 1
FILES = ("embedding.keras", "one_hot.keras", VOCABULARY, REPORT, MANIFEST)


@contextmanager
def staged(folder: Path, force: bool) -> Iterator[Path]:
    """Gives an empty folder to write into; its files move to `folder` at the end.

    If the block fails, all is as it was before. Otherwise each file is renamed into
    place, the manifest last, so a folder with a manifest is whole.

    Args:
        folder: Folder for the files. Created if it does not exist.
        force: If True, it may hold files already. Those of an earlier demo are removed
            or replaced, others stay.

    Raises:
        DemoError: If `folder` is no folder, holds files without `force`, or cannot be
            written.
    """
    names = _names(folder)
    if names and not force:
        raise DemoError(_refusal(folder, names))
    made: list[Path] = []
    try:
        made += [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".hotrow-demo-", dir=folder))
    except OSError as error:
        _remove(made)
        raise DemoError(
            f"cannot write to the folder {str(folder)!r}: {error.strerror}. Choose "
            "another with --out."
        ) from error
    try:
        _refuse_folders(folder)
        yield aside
        with interrupts_held():
            _publish(aside, folder)
    except BaseException as error:
        shutil.rmtree(aside, ignore_errors=True)
        _remove(made)
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise DemoError(
                f"could not write the results to {str(folder)!r}: {error}. Make room "
                "or choose another folder with --out."
            ) from error
        raise


def write_manifest(folder: Path, content: dict[str, object]) -> None:
    """Writes the numbers of a run, and the mark of a demo's folder."""
    text = json.dumps({"format": FORMAT, "version": VERSION, **content}, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise DemoError(
            f"{str(folder)!r} cannot be the folder for the results: it, or a part of "
            "its path, is a file. Choose another with --out."
        ) from None
    except OSError as error:
        raise DemoError(
            f"cannot read the folder {str(folder)!r}: {error.strerror}. Choose another "
            "with --out."
        ) from error


def _refusal(folder: Path, names: list[str]) -> str:
    if MANIFEST in names:
        holds = "holds the results of an earlier demo"
    else:
        shown = ", ".join(repr(name) for name in names[:3])
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        holds = f"holds files that are no demo's: {shown}{more}"
    return (
        f"the folder {str(folder)!r} {holds}. Nothing was touched. Choose another with "
        "--out, or pass --force to replace files of the same name."
    )


def _refuse_folders(folder: Path) -> None:
    for name in FILES:
        if (folder / name).is_dir():
            raise DemoError(
                f"cannot write the file {str(folder / name)!r}: a folder of that name "
                "is there. Choose another folder with --out."
            )


def _remove(made: list[Path]) -> None:
    for path in made:
        try:
            path.rmdir()
        except OSError:
            return


def _publish(aside: Path, folder: Path) -> None:
    if (folder / MANIFEST).exists():
        for name in (MANIFEST, *FILES):
            (folder / name).unlink(missing_ok=True)
    for name in FILES:
        if (aside / name).exists():
            os.replace(aside / name, folder / name)
    aside.rmdir()
