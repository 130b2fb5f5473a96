"""Checkpoints: the network and the training state after each epoch."""

import shutil
from contextlib import suppress
from pathlib import Path

import keras

from hotrow.tabular.files.digests import (
    check_file,
    digests_of,
    read_with_digest,
    write_with_digest,
)
from hotrow.tabular.files.whole_files import remove_path, save_model
from hotrow.tabular.training.course import Course

_STATE = "state.json"


class Checkpoint:
    """A folder with the network as it is after an epoch, and as it was at its best.

    `state.json` names the files that belong together and is replaced last, so that the
    folder is whole at any moment.

    Args:
        folder: Made when there is something to save.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, network: keras.Model, course: Course) -> None:
        """Saves a compiled network, with its optimizer, after an epoch."""
        self.folder.mkdir(exist_ok=True)
        save_model(network, self.folder / _file(course.epoch))
        files = _files(course)
        digests = digests_of(self.folder / name for name in files)
        write_with_digest(
            self.folder / _STATE, {"course": course.to_json(), "files": digests}
        )
        needed = {_STATE, *files}
        for path in self.folder.iterdir():
            if path.name not in needed:
                remove_path(path)

    def course(self) -> Course | None:
        """Returns how far training came, or None if nothing is saved.

        Raises:
            RunError: If a file is not as it was saved.
        """
        if not self.is_there():
            return None
        content = read_with_digest(self.folder / _STATE)
        course = Course.from_json(content["course"])
        for name in _files(course):
            check_file(self.folder / name, content["files"])
        return course

    def is_there(self) -> bool:
        """Returns whether something is saved."""
        return (self.folder / _STATE).exists()

    def load(self, epoch: int) -> keras.Model:
        """Returns the network after an epoch: the last one or the best."""
        return keras.saving.load_model(self.folder / _file(epoch))

    def remove(self) -> None:
        """Removes the folder."""
        # Without its state, what a kill leaves of the rest is nothing to go on from.
        with suppress(OSError):
            (self.folder / _STATE).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def _files(course: Course) -> set[str]:
    return {_file(course.epoch), _file(course.best_epoch)}


def _file(epoch: int) -> str:
    return f"epoch-{epoch:04}.keras"
