"""Selects the Keras backend of a command."""

import os
from collections.abc import Callable, Mapping

from hotrow_cli.errors import CommandError
from hotrow_common.installed import is_installed

BACKENDS = ("jax", "tensorflow", "torch")


def choose_backend(
    requested: str | None,
    environment: Mapping[str, str],
    installed: Callable[[str], bool] = is_installed,
) -> str:
    """Returns the name of the backend to run on.

    Keras's own `keras.json` is not asked: Keras writes "tensorflow" into it by itself,
    whether TensorFlow is there or not.

    Args:
        requested: The backend that the user named, or `None`: then `KERAS_BACKEND` in
            `environment`, and else the first of `BACKENDS` that is installed.
        environment: Environment variables, such as `os.environ`.
        installed: Function from a package's name to whether it is installed.

    Raises:
        CommandError: If the backend is not one that trains, or is not installed.
    """
    found = [name for name in BACKENDS if installed(name)]
    if not found:
        raise CommandError(
            "no Keras backend is installed, and this command runs on one of "
            f"{', '.join(BACKENDS)}. Install one: pip install jax"
        )
    source = "--backend" if requested else "KERAS_BACKEND"
    name = requested or environment.get("KERAS_BACKEND") or found[0]
    if name in found:
        return name
    fault = "is not installed" if name in BACKENDS else "is none that Hotrow runs on"
    raise CommandError(
        f"the Keras backend {name!r}, from {source}, {fault}. Installed: "
        f"{', '.join(found)}. Choose one with --backend {found[0]} or "
        f"KERAS_BACKEND={found[0]}."
    )


def set_backend(backend: str) -> None:
    """Has Keras run on a backend, in this process and in those that it starts.

    To be called before Keras is imported. What the user has set stays, but for the
    backend.
    """
    os.environ["KERAS_BACKEND"] = backend
    # PyTorch's threads spin while they wait for each other. Where another program has a
    # core too, that made a step ten times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if backend != "tensorflow":
        # Keras loads TensorFlow to seed it, wherever it is installed. It computes
        # nothing here, and this keeps it from printing a banner.
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
