"""What a run that was killed continues from."""

import json
import shutil
from pathlib import Path
from typing import Any

import keras

from hotrow.tabular.runs.whole_files import save_model, write_json
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
        write_json(self.folder / _STATE, course.to_json())
        needed = {_STATE, _file(course.epoch), _file(course.best_epoch)}
        for path in self.folder.iterdir():
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def course(self) -> Course | None:
        """Returns how far training came, or None if nothing is saved."""
        try:
            content: dict[str, Any] = json.loads((self.folder / _STATE).read_text())
        except FileNotFoundError:
            return None
        return Course(**content)

    def load(self, epoch: int) -> keras.Model:
        """Returns the network after an epoch: the last one or the best."""
        return keras.saving.load_model(self.folder / _file(epoch))

    def remove(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _file(epoch: int) -> str:
    return f"epoch-{epoch:04}.keras"
