"""Whose a folder is, and what is never overwritten."""

import json
import sys
import zipfile
from pathlib import Path

import keras
import pytest
import tables

import hotrow
from hotrow.tabular.files import whole_files
from hotrow.tabular.files.digests import digests_of, write_with_digest
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.training.checkpoint import Checkpoint
from hotrow.tabular.training.course import Course

pytestmark = pytest.mark.once


def fit(out, source=None, target="income", **arguments):
    source = tables.people(60) if source is None else source
    quiet = {"epochs": 1, "baselines": False, "say": lambda line: None}
    return hotrow.tabular.fit(source, target, out=out, **{**quiet, **arguments})


@pytest.fixture
def marked(tmp_path):
    """A folder that holds a run, as far as its mark goes."""
    folder = RunFolder(tmp_path / "run")
    folder.begin({"data": {"title": "old.csv"}, "settings": {}})
    return folder


def test_another_run_is_not_overwritten(marked):
    marked.write_mark("finished", {"data": {"title": "old.csv"}})
    before = {path: path.read_bytes() for path in marked.path.iterdir()}
    with pytest.raises(ValueError, match=r"holds another run, of old\.csv\. Nothing"):
        fit(marked.path)
    assert {path: path.read_bytes() for path in marked.path.iterdir()} == before


def test_an_unfinished_run_can_be_resumed(marked):
    with pytest.raises(ValueError, match=r"an unfinished run.*Pass `resume=True`"):
        fit(marked.path)


def test_files_that_are_no_runs_are_not_overwritten(tmp_path):
    (tmp_path / "model.keras").write_text("mine")
    with pytest.raises(
        ValueError, match=r"holds files that are no run's: 'model.keras'"
    ):
        fit(tmp_path)
    with pytest.raises(ValueError, match="holds files that are no run's"):
        fit(tmp_path, resume=True)
    assert (tmp_path / "model.keras").read_text() == "mine"


def test_force_replaces_a_run_and_leaves_other_files(marked):
    (marked.path / "notes.txt").write_text("mine")
    (marked.path / "results.json").write_text("old")
    run = fit(marked.path, force=True)
    assert run.results.rows["train"] == 48
    assert (marked.path / "notes.txt").read_text() == "mine"
    assert not marked.checkpoint.exists()
    assert not marked.cache.exists()


@pytest.mark.parametrize(
    ("source", "target", "text"),
    [
        ("nowhere.csv", "income", "nowhere.csv"),
        (None, "incom", "income"),
        (tables.people(5), "income", "has 5 rows"),
    ],
)
def test_a_run_that_cannot_start_leaves_the_old_one(marked, source, target, text):
    (marked.path / "results.json").write_text("old")
    with pytest.raises(ValueError, match=text):
        fit(marked.path, source, target, force=True)
    assert (marked.path / "results.json").read_text() == "old"


def test_a_run_that_cannot_start_leaves_no_new_folder(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.csv"):
        fit(tmp_path / "run", "nowhere.csv")
    assert not list(tmp_path.iterdir())


def test_a_file_in_place_of_a_folder(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    for out in (file, file / "below"):
        with pytest.raises(ValueError, match=r"is a file|cannot .*folder"):
            fit(out, force=True)
    assert file.read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_folder_that_cannot_be_made():
    with pytest.raises(ValueError, match="cannot write to the folder '/proc/run'"):
        fit("/proc/run")


@pytest.mark.parametrize("content", ["[]", '{"format": "other"}'])
def test_a_mark_that_is_none(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    assert RunFolder(tmp_path).mark() is None
    with pytest.raises(ValueError, match="there is no run in"):
        hotrow.tabular.Run(tmp_path)


def test_a_run_of_a_later_version(marked):
    path = marked.path / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    with pytest.raises(ValueError, match=r"another version of Hotrow .format 99"):
        hotrow.tabular.Run(marked.path)


def test_a_run_that_is_not_done_has_no_results(marked):
    with pytest.raises(ValueError, match=r"is not done.*`resume=True`"):
        hotrow.tabular.Run(marked.path)


@pytest.mark.parametrize("name", ["epoch-0001.keras", "model.keras"])
def test_a_full_disk(tmp_path, monkeypatch, name):
    save_model = whole_files.save_model

    def fail(model, path):
        if path.name == name:
            raise OSError(28, "No space left on device")
        save_model(model, path)

    monkeypatch.setattr("hotrow.tabular.training.checkpoint.save_model", fail)
    monkeypatch.setattr("hotrow.tabular.runs.finish.save_model", fail)
    out = tmp_path / "run"
    with pytest.raises(ValueError, match="No space left on device") as error:
        fit(out)
    if name == "model.keras":
        assert "up to epoch 1 is kept" in str(error.value)
        monkeypatch.undo()
        assert fit(out, resume=True).results.best_epoch == 1
        assert not (out / "checkpoint").exists()
    else:
        assert not list(tmp_path.iterdir())
    assert not (out / "cache").exists()


LEFTOVERS = (
    ".model.keras.a1b2c3d4/model.keras",
    ".run.json.a1b2c3d4",
    ".results.json.abcd_123",
    "checkpoint/.epoch-0008.keras.a1b2c3d4/epoch-0008.keras",
    "checkpoint/.epoch-0008.keras.empty_of/",
    "checkpoint/.state.json.a1b2c3d4",
    "checkpoint/epoch-0008.keras",
    "cache/0.npy",
)


def leave(folder, names=LEFTOVERS):
    """Writes what a killed process may leave in a run's folder."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_bytes(b"half of a file")


def test_what_a_killed_run_left_is_cleared(tmp_path):
    out = tmp_path / "run"
    fit(out)
    finished = {path.name for path in out.iterdir()}
    # It was killed before its first epoch was saved, and ends with `resume=True`.
    folder = RunFolder(out)
    folder.write_mark("training", folder.mark())
    leave(out)
    fit(out, resume=True)
    assert {path.name for path in out.iterdir()} == finished
    # It was killed after its last epoch, before its report.
    leave(out)
    (out / "report.html").unlink()
    fit(out, resume=True)
    assert {path.name for path in out.iterdir()} == finished


def test_what_a_killed_run_left_in_a_new_folder_is_no_file_of_the_user(tmp_path):
    leave(tmp_path / "run", [".run.json.a1b2c3d4"])
    RunFolder(tmp_path / "run").check(force=False, resume=False)
    leave(tmp_path / "run", [".run.json.mine"])
    with pytest.raises(ValueError, match=r"holds files that are no run's: '\.run"):
        RunFolder(tmp_path / "run").check(force=False, resume=False)


def checkpoint_of(folder, epoch, best):
    course = Course({"loss": [1.0] * epoch}, best_epoch=best)
    folder.mkdir()
    files = [folder / f"epoch-{number:04}.keras" for number in {epoch, best}]
    for path in files:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("config.json", "{}")
    content = {"course": course.to_json(), "files": digests_of(files)}
    write_with_digest(folder / "state.json", content)
    return Checkpoint(folder)


@pytest.mark.parametrize("name", ["state.json", "epoch-0003.keras", "epoch-0002.keras"])
@pytest.mark.parametrize("content", [None, b"", b"half of a file"])
def test_a_checkpoint_that_is_not_whole_is_an_error(tmp_path, name, content):
    checkpoint = checkpoint_of(tmp_path / "checkpoint", 3, 2)
    assert checkpoint.course().epoch == 3
    (checkpoint.folder / name).unlink()
    if content is None and name == "state.json":
        assert checkpoint.course() is None
        return
    if content is not None:
        (checkpoint.folder / name).write_bytes(content)
    # Not silently anew: the other epoch took its time.
    with pytest.raises(ValueError, match=f"{name}' is damaged or was changed"):
        checkpoint.course()


def test_begin_may_be_killed_anywhere(tmp_path, monkeypatch):
    """The old run never lends its checkpoint or its results to the new one."""
    out = tmp_path / "run"
    removed = []

    class Killed(BaseException):
        pass

    def remove(path):
        if len(removed) == at:
            raise Killed
        removed.append(path)
        remove_path(path)

    remove_path = whole_files.remove_path
    monkeypatch.setattr("hotrow.tabular.runs.run_folder.remove_path", remove)
    for at in range(8):
        removed.clear()
        folder = RunFolder(out)
        folder.path.mkdir(exist_ok=True)
        folder.write_mark("interrupted", {"data": "old"})
        checkpoint = checkpoint_of(folder.checkpoint, 3, 2)
        leave(out, ["model.keras", "results.json", ".model.keras.a1b2c3d4"])
        if at < 7:
            with pytest.raises(Killed):
                folder.begin({"data": "new"})
        else:
            folder.begin({"data": "new"})
        assert checkpoint.course() is None
        mark = folder.mark()
        assert (mark["data"], mark["status"]) == ("new", "training")
    assert [path.name for path in out.iterdir()] == ["run.json"]


def test_resume_of_a_finished_run_is_of_the_same_run(tmp_path):
    out = tmp_path / "run"
    frame = tables.people(60)
    fit(out, frame)
    before = {path: path.read_bytes() for path in out.iterdir()}
    other = {**frame, "shoe": [*frame["shoe"][:-1], 33.3]}
    for source, target, change, text in (
        (frame, "city", {}, "target was 'income' and is 'city'"),
        (other, "income", {}, "content of the dict is not that of the dict"),
        (tables.people(70), "income", {}, "rows was 60 and is 70"),
        (frame, "income", {"seed": 5}, "seed was 0 and is 5"),
    ):
        with pytest.raises(ValueError, match=text):
            fit(out, source, target, resume=True, **change)
    assert fit(out, frame, resume=True).results.best_epoch == 1
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def fail(*_, **__):
    raise ZeroDivisionError("division by zero")


def test_simple_models_that_fail_are_a_note(tmp_path, monkeypatch):
    monkeypatch.setattr("hotrow.tabular.runs.finish.baseline_scores", fail)
    run = fit(tmp_path / "run", baselines=True)
    assert "could not be trained: ZeroDivisionError" in run.results.notes[-1]
    assert len(run.results.scores) == 1
    assert run.report().exists()


def test_a_report_that_fails_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("hotrow.tabular.report.write_report", fail)
    with pytest.raises(ZeroDivisionError) as caught:
        fit(None)
    (folder,) = tmp_path.iterdir()
    notes = " ".join(caught.value.__notes__)
    assert f"model and its results are kept in {str(folder)!r}" in notes
    assert "is a temporary one" in notes
    monkeypatch.undo()
    run = hotrow.tabular.Run(folder)
    assert run.predict(tables.people(5)).num_rows == 5
    assert run.report().exists()


def test_an_error_after_training_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("hotrow.tabular.runs.finish.measure_rows", fail)
    with pytest.raises(ZeroDivisionError) as caught:
        fit(None)
    (folder,) = tmp_path.iterdir()
    model = folder / "model.keras"
    assert f"The trained model is kept in {str(model)!r}" in caught.value.__notes__[0]
    assert keras.saving.load_model(model).predict(tables.people(5)).shape == (5, 1)
    monkeypatch.undo()
    assert fit(folder, resume=True).results.best_epoch == 1


def test_without_plotly_nothing_is_trained(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    monkeypatch.setattr("hotrow.tabular.runs.execution.train", fail)
    with pytest.raises(ImportError, match=r"pip install 'hotrow\[report\]'"):
        fit(tmp_path / "run")
    assert not list(tmp_path.iterdir())
