"""Selects an installed Keras backend before Keras is imported for the first time.

Keras runs on the backend of the variable KERAS_BACKEND, else of the file `keras.json`,
else on TensorFlow. It writes "tensorflow" into that file by itself, whether TensorFlow
is installed or not, so of that word nobody can tell whether it is the user's.
"""

import json
import os
import sys
from collections.abc import Callable, Container, MutableMapping
from pathlib import Path

from hotrow_common.installed import is_installed

_BACKENDS = ("jax", "tensorflow", "torch")
_DEFAULT = "tensorflow"


def select_backend(
    environment: MutableMapping[str, str],
    imported: Container[str],
    installed: Callable[[str], bool] = is_installed,
) -> None:
    """Sets KERAS_BACKEND where Keras would run on a default that is not installed.

    A backend that the user chose stays, and so does Keras if it is imported already.

    Args:
        environment: `os.environ`.
        imported: `sys.modules`.
        installed: Whether a package is installed.

    Raises:
        ImportError: If the backend that the user chose is not installed, or none is.
    """
    if "keras" in imported:
        return
    name, source = environment.get("KERAS_BACKEND"), "KERAS_BACKEND"
    if not name:
        path = _config_path(environment)
        name, source = _configured(path), str(path)
    if (name or _DEFAULT) not in _BACKENDS or installed(name or _DEFAULT):
        return
    found = [backend for backend in _BACKENDS if installed(backend)]
    if not found:
        raise ImportError(
            f"No Keras backend is installed, and Hotrow runs on one of "
            f"{', '.join(_BACKENDS)}. Install one: pip install jax"
        )
    if name and (name != _DEFAULT or source == "KERAS_BACKEND"):
        raise ImportError(
            f"The Keras backend {name!r}, from {source}, is not installed. Installed: "
            f"{', '.join(found)}. Set the environment variable "
            f"KERAS_BACKEND={found[0]} before Keras is imported, or install {name}."
        )
    environment["KERAS_BACKEND"] = found[0]


def _config_path(environment: MutableMapping[str, str]) -> Path:
    """Returns the path of Keras's settings, found as Keras finds it."""
    home = environment.get("KERAS_HOME")
    if home:
        return Path(home).expanduser() / "keras.json"
    base = os.path.expanduser("~")
    return Path(base if os.access(base, os.W_OK) else "/tmp") / ".keras" / "keras.json"


def _configured(path: Path) -> str | None:
    try:
        name = json.loads(path.read_text())["backend"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return name if isinstance(name, str) else None


select_backend(os.environ, sys.modules)
