import os
import time

import pytest

from hotrow_cli.demo.errors import DemoError
from hotrow_cli.demo.measure import peak_memory
from hotrow_cli.demo.process import run_alone

pytestmark = pytest.mark.once


def test_it_runs_elsewhere_with_the_variables_of_this_process(monkeypatch):
    monkeypatch.setenv("HOTROW_TEST", "new")
    assert run_alone(os.getenv, "HOTROW_TEST") == "new"
    assert run_alone(os.getpid) != os.getpid()


@pytest.mark.parametrize(
    ("function", "arguments", "error", "text"),
    [
        (os._exit, (3,), DemoError, r"'_exit' died \(exit code 3\).*--quick"),
        (__import__, ("nonesuch",), DemoError, "could not be imported.*'nonesuch'"),
        (os.stat, ("/nonesuch",), OSError, "No such file"),
        (int, ("x",), RuntimeError, "ValueError: invalid literal"),
    ],
)
def test_errors_come_back(function, arguments, error, text):
    with pytest.raises(error, match=text):
        run_alone(function, *arguments)


def test_the_peak_is_that_of_the_process_alone():
    if peak_memory() is None:
        pytest.skip("this system does not tell")
    # Were the peak inherited, a fresh process would show these 300 MB.
    ballast = b"x" * 300_000_000
    assert peak_memory() > len(ballast)
    assert run_alone(grown_by, 200_000_000) == pytest.approx(200_000_000, rel=0.1)


def grown_by(size):
    before = peak_memory()
    ballast = b"x" * size
    assert len(ballast) == size
    return peak_memory() - before


def test_an_interrupt_ends_the_other_process_too(tmp_path, monkeypatch):
    started = tmp_path / "started"

    def interrupted(connection):
        while not started.exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    connection = "multiprocessing.connection.Connection.recv"
    monkeypatch.setattr(connection, interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_alone(start_and_wait, started)
    other = int(started.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def start_and_wait(started):
    aside = started.with_suffix(".aside")
    aside.write_text(str(os.getpid()))
    os.replace(aside, started)
    time.sleep(60)
