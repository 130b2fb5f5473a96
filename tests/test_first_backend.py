"""The backend that Keras gets where the user has not chosen one."""

import json
import os
import subprocess
import sys

import keras
import pytest

from hotrow.first_backend import select_backend


def selected(installed, variable=None, configured=None, imported=(), *, folder):
    environment = {"KERAS_HOME": str(folder)}
    if variable is not None:
        environment["KERAS_BACKEND"] = variable
    if configured is not None:
        (folder / "keras.json").write_text(json.dumps({"backend": configured}))
    select_backend(environment, imported, installed.__contains__)
    return environment.get("KERAS_BACKEND")


@pytest.mark.parametrize(
    ("installed", "variable", "configured", "imported", "expected"),
    [
        (["jax"], None, None, (), "jax"),
        (["torch"], None, "tensorflow", (), "torch"),
        (["jax", "torch"], "", None, (), "jax"),
        (["jax", "tensorflow"], None, None, (), None),
        (["jax"], "jax", "tensorflow", (), "jax"),
        (["torch"], None, "torch", (), None),
        # One that Hotrow does not run on: its own error comes later.
        (["torch"], "numpy", None, (), "numpy"),
        (["jax"], None, None, ("keras",), None),
        (["jax"], None, 7, (), "jax"),
    ],
)
def test_the_choice(tmp_path, installed, variable, configured, imported, expected):
    found = selected(installed, variable, configured, imported, folder=tmp_path)
    assert found == expected


@pytest.mark.parametrize(
    ("installed", "variable", "configured", "text"),
    [
        (["jax"], "tensorflow", None, "'tensorflow', from KERAS_BACKEND, is not inst"),
        (
            ["jax"],
            None,
            "torch",
            r"'torch', from .*keras\.json, is not installed. .*jax",
        ),
        ([], None, None, "No Keras backend is installed.*pip install jax"),
    ],
)
def test_a_choice_that_cannot_be(tmp_path, installed, variable, configured, text):
    with pytest.raises(ImportError, match=text):
        selected(installed, variable, configured, folder=tmp_path)


BLOCKED = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec
PathFinder.find_spec = lambda name, path=None, target=None: (
    None if name in {blocked!r} else find(name, path, target)
)
import hotrow, keras
print(keras.backend.backend())
"""


def test_import_without_tensorflow_and_without_a_choice(tmp_path):
    backend = keras.backend.backend()
    blocked = [name for name in ("jax", "tensorflow", "torch") if name != backend]
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    environment.pop("KERAS_BACKEND", None)
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(blocked=blocked)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == backend
