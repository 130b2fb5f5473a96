"""Every script in `examples/` runs to its end, on the backend of this run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted(Path(__file__).parents[1].joinpath("examples").glob("*.py"))
# Holds gigabytes.
SLOW = {"memory.py"}
# These show what is tested on each backend elsewhere.
ONCE = {
    "by_hand.py",
    "dask_counts.py",
    "flatten_and_dense.py",
    "known_shape.py",
    "lora.py",
    "tabular.py",
    "text_rnn.py",
    "uint8_trap.py",
}


def marks_of(name):
    marks = [pytest.mark.slow] if name in SLOW else []
    return [*marks, pytest.mark.once] if name in ONCE else marks


def run(script):
    # Tests run side by side, and PyTorch's threads spin while they wait for a core.
    environment = {"OMP_NUM_THREADS": "1", **os.environ}
    return subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "script",
    [pytest.param(path, id=path.name, marks=marks_of(path.name)) for path in EXAMPLES],
)
def test_example_runs(script):
    ended = run(script)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


def test_there_are_examples():
    assert {path.name for path in EXAMPLES} > SLOW | ONCE


def test_an_example_can_fail(tmp_path):
    script = tmp_path / "wrong.py"
    script.write_text("print('so far so good')\nassert 1 == 2, 'a false claim'\n")
    ended = run(script)
    assert ended.returncode != 0
    assert "a false claim" in ended.stderr


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.name)
def test_an_example_says_how_to_run_it(script):
    source = script.read_text(encoding="utf-8")
    assert source.startswith('"""')
    assert f"python examples/{script.name}`" in source
