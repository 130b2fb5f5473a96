"""Files of a run, each there in full or not at all."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from hotrow.vocabulary.aside import written_aside


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
