"""The command as a user runs it: in a process of its own."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

import hotrow
import hotrow_cli
from hotrow_cli.demo import output

pytestmark = pytest.mark.once

# Runs the command, and then says what it has loaded.
ALONE = """
import sys
from hotrow_cli import main
try:
    code = main()
except SystemExit as end:
    code = end.code
print("keras" in sys.modules, "numpy" in sys.modules)
sys.exit(code)
"""


def environment(**variables):
    return {**os.environ, "KERAS_BACKEND": keras.backend.backend(), **variables}


def hotrow_command(*arguments, folder=None, **variables):
    return subprocess.run(
        [sys.executable, "-m", "hotrow_cli", *map(str, arguments)],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=300,
    )


def alone(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-c", ALONE, *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help():
    result = hotrow_command("demo", "--help")
    assert result.returncode == 0
    assert result.stderr == ""
    for text in ("--out DIR", "--seed N", "--force", "--quick", "examples:"):
        assert text in result.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("demo", "--help"), ("--version",)])
def test_help_is_instant(arguments):
    result = alone(*arguments)
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1] == "False False"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "required: command"),
        (("train",), "invalid choice: 'train'"),
        (("demo", "--seed", "-1"), "from 0 to 4294967295. Received: '-1'"),
        (("demo", "--epochs", "many"), "of at least 1. Received: 'many'"),
        (("demo", "--files-per-package", "2"), "of at least 3. Received: '2'"),
        (("demo", "--backend", "numpy"), "invalid choice: 'numpy'"),
        (("demo", "--out", ""), "must name a folder. Received: ''"),
    ],
)
def test_usage_errors(arguments, text):
    result = alone(*arguments)
    assert result.returncode == 2
    assert text in result.stderr
    assert "usage: hotrow" in result.stderr


def test_a_backend_that_will_not_do(tmp_path):
    folder = tmp_path / "new"
    result = alone("demo", "--out", str(folder), KERAS_BACKEND="nonesuch")
    assert result.returncode == 1
    assert "'nonesuch', from KERAS_BACKEND, is none" in result.stderr
    assert f"{keras.backend.backend()}" in result.stderr
    assert "Choose one with --backend" in result.stderr
    assert not folder.exists()


def refused(folder, *arguments):
    """Returns the one line on standard error; the work must not have begun."""
    result = hotrow_command("demo", "--out", folder, *arguments)
    assert result.returncode == 1
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if "hotrow demo:" in line]
    assert len(lines) == 1
    assert "Traceback" not in result.stderr
    return lines[0]


def test_out_that_holds_files(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    line = refused(tmp_path)
    assert f"the folder '{tmp_path}' holds files that are no demo's: 'mine.txt'" in line
    assert "Choose another with --out, or pass --force" in line
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_out_that_holds_an_earlier_demo(tmp_path):
    output.write_manifest(tmp_path, {})
    assert "holds the results of an earlier demo" in refused(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [output.MANIFEST]


@pytest.mark.parametrize("arguments", [(), ("--force",)])
@pytest.mark.parametrize("below", [(), ("deep", "er")])
def test_out_that_is_a_file(tmp_path, arguments, below):
    file = tmp_path / "file"
    file.write_text("mine")
    line = refused(file.joinpath(*below), *arguments)
    assert "it, or a part of its path, is a file. Choose another with --out" in line
    assert file.read_text() == "mine"


@pytest.mark.skipif(not pathlib.Path("/proc/self").exists(), reason="needs /proc")
def test_out_that_cannot_be_written():
    line = refused("/proc/hotrow-demo")
    assert "cannot write to the folder '/proc/hotrow-demo'" in line
    assert "Choose another with --out" in line


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    result = hotrow_command("demo", "--quick", "--seed", 1, folder=folder)
    assert result.returncode == 0, result.stderr
    return folder / "hotrow-demo", result.stdout


@pytest.mark.slow
def test_the_whole_demo(demo):
    folder, printed = demo
    assert {path.name for path in folder.iterdir()} == set(output.FILES)
    manifest = json.loads((folder / output.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["backend"] == keras.backend.backend()
    assert len(manifest["packages"]) >= 15
    accuracy = {score["name"]: score["accuracy"] for score in manifest["scores"]}
    for model in ("hotrow.Embedding", "hotrow.OneHot and Dense"):
        assert accuracy[model] > accuracy["commonest package"] + 0.1
        assert f"\n{model} " in printed
    assert "Epoch 1/" in printed
    assert "embedding.keras: the same predictions" in printed
    assert "one_hot.keras: the same predictions" in printed


@pytest.mark.slow
def test_the_files_of_the_demo_can_be_used(demo):
    folder, _ = demo
    words = hotrow.Vocabulary.load(folder / output.VOCABULARY)
    ids = words.encode([["self", "loop", "create", "task"]], length=64)
    answers = [
        keras.saving.load_model(folder / name).predict(ids, verbose=0)
        for name in ("embedding.keras", "one_hot.keras")
    ]
    packages = json.loads((folder / output.MANIFEST).read_text())["packages"]
    for answer in answers:
        assert answer.shape == (1, len(packages))
        np.testing.assert_allclose(answer.sum(), 1, atol=1e-5)


@pytest.mark.slow
def test_ctrl_c(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "hotrow_cli", "demo", "--out", "deep/new"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if line.startswith("Epoch 1/"):
            break
    # A terminal sends it to every process in the foreground.
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "hotrow: stopped; no half-written file is left."
    assert "Traceback" not in errors
    assert not list(tmp_path.iterdir())


def test_a_package_that_is_missing_is_named(monkeypatch, capsys):
    # As Python has a module that cannot be imported.
    monkeypatch.setitem(sys.modules, "hotrow_cli.demo.run", None)
    assert hotrow_cli.main(["demo"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("hotrow demo: a package could not be imported: ")
    assert "pip install 'hotrow[tabular]'" in error
