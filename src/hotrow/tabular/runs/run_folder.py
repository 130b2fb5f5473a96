"""The folder of a run: whose it is, and what lies where."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hotrow.tabular.advice import argument
from hotrow.tabular.files.digests import (
    digests_of,
    read_json,
    without_digest,
    write_with_digest,
)
from hotrow.tabular.files.whole_files import is_leftover, remove_path
from hotrow.tabular.run_error import RunError
from hotrow.tabular.training.checkpoint import Checkpoint

FORMAT = "hotrow-run"
VERSION = 2
MARK = "run.json"
_FILES = ("model.keras", "report.html", "results.json", "counts.npz")
_FOLDERS = ("checkpoint", "cache")


class RunFolder:
    """A folder that holds one run, and says so in `run.json`.

    Args:
        path: Where it is or will be.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.path / "model.keras"

    @property
    def results(self) -> Path:
        """Measurements of the run."""
        return self.path / "results.json"

    @property
    def counts(self) -> Path:
        """Counts of each column's values in the training rows."""
        return self.path / "counts.npz"

    @property
    def report(self) -> Path:
        """The report."""
        return self.path / "report.html"

    @property
    def checkpoint(self) -> Path:
        """Checkpoint of a run: weights, optimizer and training state."""
        return self.path / "checkpoint"

    @property
    def cache(self) -> Path:
        """The encoded table, while the run goes on."""
        return self.path / "cache"

    def files(self) -> list[Path]:
        """The files that a run leaves, whether they are there or not."""
        return [self.path / name for name in (*_FILES, MARK)]

    def mark(self) -> dict[str, Any] | None:
        """Returns what `run.json` says, or None where there is no run.

        Raises:
            RunError: If the folder cannot be read, is of a later version, or its mark
                has changed since it was written.
        """
        try:
            content = read_json(self.path / MARK)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise RunError(
                f"cannot read the folder {str(self.path)!r}: {error.strerror}."
            ) from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            return None
        if content.get("version") != VERSION:
            raise RunError(
                f"the run in {str(self.path)!r} was written by another version of "
                f"Hotrow (format {content.get('version')!r}, this one reads "
                f"{VERSION}). Install that version, or train again."
            )
        return without_digest(self.path / MARK, content)

    def check(self, *, force: bool, resume: bool) -> dict[str, Any] | None:
        """Returns the mark of the run that is there, if it is to be continued.

        Raises:
            RunError: If the folder holds another run or other files, and neither
                `force` nor, for a run, `resume` is given; or is no folder.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunError(
                f"{str(self.path)!r} cannot be the folder for the results: it is a "
                "file. Choose another `out`."
            )
        try:
            names = sorted(set(os.listdir(self.path)) - set(self._leftovers()))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunError(
                f"cannot read the folder {str(self.path)!r}: {error.strerror}. Choose "
                "another `out`."
            ) from error
        if force:
            return None
        mark = self.mark()
        if not names or (mark and resume):
            return mark
        if mark is None:
            shown = ", ".join(map(repr, names[:3])) + (", ..." * (len(names) > 3))
            raise RunError(
                f"the folder {str(self.path)!r} holds files that are no run's: "
                f"{shown}. Nothing was touched. Choose another `out`, or pass "
                f"{argument(force=True)} to write into it; files of other names stay."
            )
        unfinished = mark["status"] != "finished"
        hint = f"{argument(resume=True)} to continue it, " if unfinished else ""
        raise RunError(
            f"the folder {str(self.path)!r} holds "
            f"{'an unfinished' if unfinished else 'another'} run, of "
            f"{mark['data']['title']}. Nothing was touched. Pass {hint}"
            f"{argument(force=True)} to replace it, or choose another `out`."
        )

    def begin(self, content: Mapping[str, Any]) -> None:
        """Removes what an earlier run left, and marks the folder as that of a new one.

        Raises:
            RunError: If the folder cannot be made or written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # In an order that a kill may cut short anywhere: without the state of its
            # checkpoint, no run is taken for another one that can go on.
            Checkpoint(self.checkpoint).remove()
            self.write_mark("training", content)
            for name in (*_FILES, *_FOLDERS):
                remove_path(self.path / name)
            self.clear_leftovers()
        except OSError as error:
            raise RunError(
                f"cannot write to the folder {str(self.path)!r}: "
                f"{error.strerror or error}. Choose another `out`."
            ) from error

    def write_mark(self, status: str, content: Mapping[str, Any]) -> None:
        """Writes `run.json`.

        Args:
            status: "training", "interrupted" or "finished".
            content: What else to keep: data and settings.
        """
        files = () if status == "training" else (self.model, self.results, self.counts)
        about = {"format": FORMAT, "version": VERSION, "status": status}
        write_with_digest(
            self.path / MARK, {**content, **about, "files": digests_of(files)}
        )

    def clear_leftovers(self) -> None:
        """Removes what a killed process was writing aside."""
        for name in self._leftovers():
            remove_path(self.path / name)

    def _leftovers(self) -> list[str]:
        files = (*_FILES, MARK)
        return [name for name in os.listdir(self.path) if is_leftover(name, files)]

    def remove_cache(self) -> None:
        """Removes the encoded table."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def remove_if_empty(self) -> None:
        """Removes the folder if it holds nothing but the mark."""
        with suppress(OSError):
            if os.listdir(self.path) == [MARK]:
                (self.path / MARK).unlink()
            self.path.rmdir()
