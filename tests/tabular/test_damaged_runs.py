"""A run whose files were damaged says so, and never shows another run's numbers."""

import json

import numpy as np
import pytest
from damage import check_damage

import hotrow
from hotrow.tabular.files.digests import digests_of, read_with_digest, write_with_digest
from hotrow.tabular.files.whole_files import write_json
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.runs.run_folder import RunFolder
from hotrow.tabular.training.checkpoint import Checkpoint
from hotrow.tabular.training.course import Course
from hotrow.tabular.training.encoded import Encoded

pytestmark = pytest.mark.once

MARK = {
    "data": {"title": "people.csv", "rows": 60, "columns": {"Ås": "categorical"}},
    "settings": {"epochs": 12, "learning_rate": 1e-3, "drop": [], "task": None},
}


@pytest.fixture
def folder(tmp_path):
    """A finished run, as far as it can be told without reading its model."""
    folder = RunFolder(tmp_path / "run")
    folder.begin(MARK)
    folder.model.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 8)
    write_json(folder.results, {"title": "people.csv", "seconds": 1.5, "rows": {}})
    np.savez_compressed(folder.counts, city=np.arange(50))
    folder.write_mark("finished", MARK)
    return folder


@pytest.fixture
def checkpoint(tmp_path):
    """A checkpoint after two epochs, the first of which was the best."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    files = [folder / f"epoch-000{number}.keras" for number in (1, 2)]
    for number, path in enumerate(files):
        path.write_bytes(bytes(range(number, 200)) * 9)
    course = Course({"loss": [0.5, float("nan")]}, 1, 0.5, 1, 2.25)
    content = {"course": course.to_json(), "files": digests_of(files)}
    write_with_digest(folder / "state.json", content)
    return Checkpoint(folder)


def test_a_damaged_mark(folder):
    mark = folder.mark()
    assert mark["data"] == MARK["data"]
    check_damage(
        folder.path / "run.json",
        read=lambda: hotrow.tabular.Run(folder.path).mark,
        is_same=lambda read: read == mark,
        says=str(folder.path),
    )
    assert folder.mark() == mark


@pytest.mark.parametrize("name", ["model", "results", "counts"])
def test_a_damaged_file_of_a_run(folder, name):
    path = getattr(folder, name)
    read = {
        "model": lambda: hotrow.tabular.Run(folder.path).model,
        "results": lambda: hotrow.tabular.Run(folder.path).results,
        "counts": lambda: hotrow.tabular.Run(folder.path)._check(path),
    }[name]
    says = f"{str(path)!r} is damaged or was changed: its bytes are not what was writt"
    check_damage(path, read, is_same=lambda read: False, says=says, least=1)
    path.unlink()
    with pytest.raises(ValueError, match=f"{path.name}' is damaged.*it is not there"):
        read()


@pytest.mark.parametrize(
    ("name", "least"),
    [("state.json", 1 / 3), ("epoch-0001.keras", 1), ("epoch-0002.keras", 1)],
)
def test_a_damaged_checkpoint(checkpoint, name, least):
    course = repr(checkpoint.course())
    check_damage(
        checkpoint.folder / name,
        checkpoint.course,
        is_same=lambda read: repr(read) == course,
        says=f"{name}' is damaged or was changed: ",
        least=least,
    )


@pytest.mark.parametrize("name", ["index.json", "split.npy"])
def test_a_damaged_cache(tmp_path, name):
    """No other process reads it: of the arrays, only their form is checked."""
    for array in ("0", "target", "split"):
        np.save(tmp_path / f"{array}.npy", np.arange(20))
    layout = InputLayout((), ())
    content = {"layout": layout.to_json(), "inputs": {"city": "0"}}
    write_with_digest(tmp_path / "index.json", content)
    check_damage(
        tmp_path / name,
        read=lambda: Encoded.open(tmp_path),
        is_same=lambda read: name != "index.json" or list(read.inputs) == ["city"],
        says="holds no encoded table, or not a whole one",
        least=0.1,
    )


def test_a_damaged_checkpoint_is_not_begun_anew_unasked(folder, checkpoint):
    folder.write_mark("training", MARK)
    folder.checkpoint.rmdir() if folder.checkpoint.exists() else None
    checkpoint.folder.rename(folder.checkpoint)
    (folder.checkpoint / "epoch-0001.keras").write_bytes(b"half")
    before = {path: path.read_bytes() for path in folder.checkpoint.iterdir()}
    mark = folder.check(force=False, resume=True)
    assert mark["status"] == "training"
    with pytest.raises(ValueError, match="damaged or was changed"):
        Checkpoint(folder.checkpoint).course()
    assert {path: path.read_bytes() for path in folder.checkpoint.iterdir()} == before
    assert folder.check(force=True, resume=True) is None


def test_a_damaged_mark_does_not_look_like_the_files_of_somebody_else(folder):
    path = folder.path / "run.json"
    path.write_bytes(path.read_bytes()[:-9])
    for resume in (False, True):
        with pytest.raises(ValueError, match=r"run.json' is damaged or was changed"):
            folder.check(force=False, resume=resume)
    assert folder.check(force=True, resume=False) is None


@pytest.mark.parametrize(
    "content",
    [{}, {"a": [1, 2.5, None, True]}, {"å": "\ud800", "inf": float("inf"), "n": 2**70}],
)
def test_what_json_holds_comes_back(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({**content, "digest": ""}))
    with pytest.raises(ValueError, match="its content is not what its digest is of"):
        read_with_digest(path)
    if "\ud800" not in content.values():
        write_with_digest(path, content)
        assert read_with_digest(path) == content
