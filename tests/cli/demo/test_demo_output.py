import json
import os

import pytest

from hotrow_cli.demo import output
from hotrow_cli.demo.errors import DemoError

pytestmark = pytest.mark.once


def write_results(folder, text):
    for name in output.FILES[:-1]:
        (folder / name).write_text(text)
    output.write_manifest(folder, {"seed": text})


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("parts", [("new",), ("deep", "er", "new"), ()])
def test_the_files_appear_at_the_end(tmp_path, parts):
    folder = tmp_path.joinpath(*parts)
    with output.staged(folder, force=False) as aside:
        write_results(aside, "one")
        assert [path.name for path in folder.iterdir()] == [aside.name]
    assert set(contents(folder)) == set(output.FILES)
    manifest = json.loads((folder / output.MANIFEST).read_text())
    assert (manifest["format"], manifest["version"]) == ("hotrow-demo", 1)


def fail_halfway(aside, error):
    (aside / output.VOCABULARY).write_text("half")
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_a_failure_leaves_no_trace(tmp_path, error):
    with (
        pytest.raises(error),
        output.staged(tmp_path / "deep" / "new", force=False) as aside,
    ):
        fail_halfway(aside, error)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_what_was_there(tmp_path):
    write_results(tmp_path, "one")
    before = contents(tmp_path)
    with (
        pytest.raises(KeyboardInterrupt),
        output.staged(tmp_path, force=True) as aside,
    ):
        fail_halfway(aside, KeyboardInterrupt)
    assert contents(tmp_path) == before


def test_a_failed_write_is_explained(tmp_path):
    with (
        pytest.raises(DemoError, match=r"could not write.*No space left.*Make room"),
        output.staged(tmp_path / "new", force=False),
    ):
        raise OSError(28, os.strerror(28))
    assert not list(tmp_path.iterdir())


def test_force_replaces_an_earlier_demo_and_no_other_file(tmp_path):
    write_results(tmp_path, "one")
    (tmp_path / "mine.txt").write_text("mine")
    with output.staged(tmp_path, force=True) as aside:
        write_results(aside, "two")
        (aside / output.REPORT).unlink()
    # The old report would show vectors that are gone.
    names = set(output.FILES) - {output.REPORT}
    assert set(contents(tmp_path)) == names | {"mine.txt"}
    assert contents(tmp_path)["mine.txt"] == "mine"
    assert contents(tmp_path)[output.VOCABULARY] == "two"


def test_force_keeps_a_report_that_no_demo_wrote(tmp_path):
    (tmp_path / output.REPORT).write_text("mine")
    with output.staged(tmp_path, force=True) as aside:
        write_results(aside, "two")
        (aside / output.REPORT).unlink()
    assert contents(tmp_path)[output.REPORT] == "mine"


def test_a_folder_in_the_place_of_a_file_is_found_at_once(tmp_path):
    (tmp_path / output.REPORT).mkdir()
    with (
        pytest.raises(DemoError, match=r"report\.html': a folder of that name"),
        output.staged(tmp_path, force=True),
    ):
        pytest.fail("the work began")
    assert [path.name for path in tmp_path.iterdir()] == [output.REPORT]
