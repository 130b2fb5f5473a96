"""Whose a folder is, and what is never overwritten."""

import json
from pathlib import Path

import pytest
import tables

import hotrow
from hotrow.tabular.runs import whole_files
from hotrow.tabular.runs.run_folder import RunFolder


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
    with pytest.raises(ValueError, match=r"an unfinished run.*Pass --resume"):
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


@pytest.mark.parametrize("content", ["", "[]", '{"format": "other"}'])
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
    with pytest.raises(ValueError, match=r"is not done.*--resume"):
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
