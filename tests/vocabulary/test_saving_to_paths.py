"""Where a vocabulary is saved: whole or not at all, or an error that names the path."""

import os
import subprocess
import sys
import threading

import pyarrow as pa
import pytest

import hotrow
from hotrow.tabular.files.whole_files import is_leftover
from hotrow_common import atomic_files

pytestmark = pytest.mark.once

VOCAB = hotrow.Vocabulary([f"w{n}" for n in range(2000)])
OTHER = hotrow.Vocabulary([f"x{n}" for n in range(2000)])


@pytest.mark.parametrize("name", ["missing/v.arrow", "file/v.arrow", "folder"])
def test_a_path_that_can_hold_no_file_is_named(tmp_path, name):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for save in (VOCAB.save, VOCAB.to_text):
        with pytest.raises(OSError, match=r"\[Errno") as caught:
            save(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    with pytest.raises(FileNotFoundError):
        VOCAB.save("")


FULL = """
import resource, signal, sys
import hotrow_vocabulary.vocabulary as module
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
for save in ("save", "to_text"):
    vocab = module.Vocabulary([f"w{n}" for n in range(5000)])
    try:
        getattr(vocab, save)(sys.argv[1])
    except OSError as error:
        print(error.filename)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_that_is_full_leaves_the_old_file(tmp_path):
    path = tmp_path / "v.arrow"
    OTHER.save(path)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True
    )
    assert done.stdout.split() == [str(path), str(path)], done.stderr
    assert os.listdir(tmp_path) == ["v.arrow"]
    assert hotrow.Vocabulary.load(path) == OTHER


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "v.arrow"
    link.symlink_to(tmp_path / "real" / "v.arrow")
    for vocab in (VOCAB, OTHER):
        vocab.save(link)
        assert link.is_symlink()
        assert hotrow.Vocabulary.load(tmp_path / "real" / "v.arrow") == vocab


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    VOCAB.save(pipe)
    reader.join()
    assert pipe.is_fifo()
    table = pa.ipc.open_file(pa.BufferReader(read[0])).read_all()
    assert table["token"].combine_chunks().equals(VOCAB.tokens)


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path):
    for letter in ("v", "\u00e9"):
        name = letter * (255 // len(letter.encode()))
        VOCAB.save(tmp_path / name)
        assert hotrow.Vocabulary.load(tmp_path / name) == VOCAB
    assert len(os.listdir(tmp_path)) == 2


def test_what_a_killed_process_leaves_is_known_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_files.os, "unlink", lambda path: None)
    with (
        pytest.raises(KeyboardInterrupt),
        atomic_files.written_aside(tmp_path / "run.json"),
    ):
        raise KeyboardInterrupt
    (left,) = os.listdir(tmp_path)
    assert is_leftover(left, ["run.json"])


def test_loading_while_it_is_saved_gives_one_or_the_other(tmp_path):
    path, done = tmp_path / "v.arrow", threading.Event()
    VOCAB.save(path)

    def write():
        while not done.is_set():
            OTHER.save(path)
            VOCAB.save(path)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for memory_map in [True, False] * 20:
            loaded = hotrow.Vocabulary.load(path, memory_map=memory_map)
            assert loaded in (VOCAB, OTHER)
    finally:
        done.set()
        writer.join()


@pytest.mark.parametrize("memory_map", [True, False])
def test_files_that_were_joined_or_are_of_another_kind(tmp_path, memory_map):
    VOCAB.save(tmp_path / "a")
    OTHER.save(tmp_path / "b")
    VOCAB.to_text(tmp_path / "text")
    first, second = (tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()
    text = (tmp_path / "text").read_bytes()
    path = tmp_path / "v.arrow"
    for content in (
        first + second,
        first[:-1],
        first + b"\n",
        b"\n" + first,
        text,
        b"",
    ):
        path.write_bytes(content)
        with pytest.raises(hotrow.VocabularyFileError, match=r"v.arrow'"):
            hotrow.Vocabulary.load(path, memory_map=memory_map)
    path.write_bytes(first)
    with pytest.raises(ValueError, match=r"v.arrow'"):
        hotrow.Vocabulary.from_text(path)
