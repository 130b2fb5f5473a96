"""Runs that are stopped or killed, and go on."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tables

import hotrow
from hotrow.tabular.training.checkpoint import Checkpoint
from hotrow.tabular.training.interrupts import stop_on_interrupt
from hotrow.tabular.training.training_rows import TrainingRows

pytestmark = pytest.mark.once

SETTINGS = {"epochs": 5, "baselines": False, "seed": 1}


class Killed(BaseException):
    """As sudden as the end of a process, but for `finally`."""


def fit(source, out, at=None, do=None, **arguments):
    said = []

    def say(line):
        said.append(line)
        if at is not None and f"epoch {at:3}" in line:
            do()

    run = hotrow.tabular.fit(
        source, "income", out=out, say=say, **{**SETTINGS, **arguments}
    )
    return run, "\n".join(said)


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)


def kill():
    raise Killed


@pytest.fixture(autouse=True)
def _interrupts_count():
    """A shell that starts tests in the background has them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "people.csv"
    return tables.to_csv(tables.people(200), path)


@pytest.fixture(scope="module")
def whole(source, tmp_path_factory):
    run, _ = fit(source, tmp_path_factory.mktemp("whole") / "run")
    return run


def assert_same(run, whole):
    history, expected = run.results.history, whole.results.history
    assert list(history) == list(expected)
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-4, atol=1e-5)
    assert run.results.best_epoch == whole.results.best_epoch
    frame = tables.people(20, seed=3)
    np.testing.assert_allclose(
        run.model.predict(frame), whole.model.predict(frame), atol=1e-5
    )


def test_a_run_that_was_killed_ends_as_one_that_was_not(source, whole, tmp_path):
    out = tmp_path / "run"
    # The line of epoch 4 is said before its checkpoint is saved.
    with pytest.raises(Killed):
        fit(source, out, 4, kill)
    assert Checkpoint(out / "checkpoint").course().epoch == 3
    run, said = fit(source, out, resume=True)
    assert "Continues after epoch 3." in said
    assert "epoch   3" not in said
    assert_same(run, whole)
    assert not run.interrupted
    run, said = fit(source, out, resume=True)
    assert "is finished already" in said


@pytest.mark.slow
def test_a_run_of_one_hots_goes_on_too(source, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(Killed):
        fit(source, out, 2, kill, first="onehot", epochs=3)
    run, said = fit(source, out, resume=True, first="onehot", epochs=3)
    assert "Continues after epoch 1." in said
    assert len(run.results.history["loss"]) == 3


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_ctrl_c_keeps_the_best_and_goes_on(source, whole, tmp_path):
    out = tmp_path / "run"
    run, said = fit(source, out, 2, interrupt)
    assert run.interrupted
    assert "Training was interrupted" in said
    assert len(run.results.history["loss"]) == 2
    assert run.results.scores[0].metrics["accuracy"] > 0
    assert hotrow.tabular.Run(out).interrupted
    with pytest.raises(ValueError, match="Pass `resume=True`"):
        fit(source, out)
    run, _ = fit(source, out, resume=True)
    assert not run.interrupted
    assert_same(run, whole)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_ctrl_c_in_the_midst_of_an_epoch(source, whole, tmp_path, monkeypatch):
    read = TrainingRows.__getitem__

    def read_and_interrupt(self, index):
        if self._epoch == at and index == 2:
            interrupt()
        return read(self, index)

    for at in (0, 2):
        out = tmp_path / str(at)
        with monkeypatch.context() as patch:
            patch.setattr(TrainingRows, "__getitem__", read_and_interrupt)
            run, said = fit(source, out)
        assert run.interrupted
        assert (
            f"was interrupted in {'its first epoch' if at == 0 else 'epoch 3'}" in said
        )
        assert 1 <= run.results.best_epoch <= max(1, at)
        assert (out / "checkpoint").exists() == (at > 0)
        run, _ = fit(source, out, resume=True)
        assert_same(run, whole)


def test_other_data_or_settings_are_refused(source, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(Killed):
        fit(source, out, 2, kill)
    for change, text in (
        ({"seed": 2}, "seed was 1 and is 2"),
        ({"epochs": 6}, "epochs was 5 and is 6"),
        ({"drop": ["shoe"]}, "drop was .* and is .'shoe'"),
        ({"kinds": {"age": "categorical"}}, "column 'age' was numeric and is cat"),
    ):
        with pytest.raises(ValueError, match=text):
            fit(source, out, resume=True, **change)
    other = tables.people(200)
    other["age"][7] = 33.3
    path = tables.to_csv(other, tmp_path / "other.csv")
    with pytest.raises(ValueError, match=r"content of other\.csv is not that of peop"):
        fit(path, out, resume=True)
    assert Checkpoint(out / "checkpoint").course().epoch == 1


def test_resume_without_a_run_begins_one(source, tmp_path):
    _, said = fit(source, tmp_path / "run", resume=True, epochs=1)
    assert "training starts anew" in said


def test_a_second_ctrl_c_interrupts():
    with stop_on_interrupt() as request:
        interrupt()
        assert request.is_made
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


KILLED = """
import json, os, pathlib, random, signal, sys, time
import hotrow

source, folder, seed = sys.argv[1:]
out, other = pathlib.Path(folder) / "run", pathlib.Path(folder) / "other"
draw = random.Random(int(seed))
left = set()

def fit(out, say=lambda line: None):
    return hotrow.tabular.fit(
        source, "income", out=out, resume=True, say=say, epochs=6, baselines=False,
        seed=1,
    )

# Processes that have imported all already, so that many can be killed.
for number in range(8):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        fit(out, lambda line: line.startswith("epoch ") and os.write(write, b"."))
        os._exit(0)
    os.close(write)
    # Its checkpoint is saved after the line of an epoch.
    os.read(read, 1)
    time.sleep(draw.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    left |= {path.name[:8] for path in out.rglob(".*")}

histories = [fit(folder).results.history for folder in (out, other)]
print(json.dumps([sorted(left), sorted(os.listdir(out)), *histories]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks and sends signals")
def test_a_run_that_is_killed_many_times_ends_as_one_that_was_not(tmp_path):
    source = tables.to_csv(tables.people(60), tmp_path / "people.csv")
    # PyTorch, as JAX's threads do not survive a fork.
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(source), str(tmp_path), "0"],
        env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    left, names, history, expected = json.loads(ended.stdout.splitlines()[-1])
    # Some were killed while they saved.
    assert ".epoch-0" in left
    assert names == [
        "counts.npz", "model.keras", "report.html", "results.json", "run.json"
    ]  # fmt: skip
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-4, atol=1e-5)
