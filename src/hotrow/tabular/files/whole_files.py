"""Files of a run, each there in full or not at all."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from hotrow_common.atomic_files import written_aside


def remove_path(path: Path) -> None:
    """Removes a file, or a folder with what is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def is_leftover(name: str, of: Iterable[str]) -> bool:
    """Returns whether a name is one that a killed process leaves in place of a file.

    `written_aside` and `save_model` write under `.NAME.` and eight more characters.

    Args:
        name: Name of a file or folder.
        of: The names of the files that were to be written.
    """
    return any(re.fullmatch(rf"\.{re.escape(file)}\.\w{{8}}", name) for file in of)


def write_json(path: Path, content: Any) -> None:
    """Writes what `json` can write."""
    with written_aside(path) as file:
        file.write((json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def save_model(model: keras.Model, path: Path) -> None:
    """Saves a model as `.keras`.

    Raises:
        OSError: If it cannot be written. No part of it is left then.
    """
    # Keras wants a path that ends so, and writes to it as it goes.
    folder = tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.")
    aside = Path(folder) / path.name
    try:
        model.save(aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
            os.rmdir(folder)
