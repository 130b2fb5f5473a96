"""`hotrow fit` and its companions as a user runs them."""

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from hotrow_cli import main

pytestmark = pytest.mark.once

BACKEND = keras.backend.backend()
FIT = importlib.import_module("hotrow.tabular.runs.execution")
COMMAND = [sys.executable, "-m", "hotrow_cli"]
ENVIRONMENT = {**os.environ, "KERAS_BACKEND": BACKEND, "COLUMNS": "100"}


def table(rows=120, seed=0):
    rng = np.random.default_rng(seed)
    job = rng.integers(3, size=rows)
    age = rng.integers(18, 80, rows)
    rich = (job == 1) | (age > 60)
    return {
        "job": [("cook", "Écrivain", "nurse, night")[number] for number in job],
        "age": age.tolist(),
        "note": [f"line one\nline {number}" for number in job],
        "income": np.where(rich, ">50K", "<=50K").tolist(),
    }


def write(path, frame, encoding="utf-8", delimiter=","):
    def quoted(value):
        text = "" if value is None else str(value)
        special = any(mark in text for mark in (delimiter, "\n", '"'))
        return '"' + text.replace('"', '""') + '"' if special else text

    lines = [delimiter.join(map(quoted, frame))]
    lines += [
        delimiter.join(map(quoted, row)) for row in zip(*frame.values(), strict=True)
    ]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def alone(*arguments, folder=None):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def here(capsys, *arguments):
    """Runs a command in this process. Returns its exit code, and what it printed."""
    try:
        code = main([*map(str, arguments), "--backend", BACKEND])
    except SystemExit as end:
        code = end.code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out, printed.err


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run that a subprocess made, and what it printed."""
    folder = tmp_path_factory.mktemp("cli")
    write(folder / "people.csv", table())
    ended = alone(
        "fit", "people.csv", "--target", "income", "--out", "run", "--epochs", 6,
        folder=folder,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    (folder / "printed.txt").write_text(ended.stdout)
    return folder


def test_fit(folder):
    printed = (folder / "printed.txt").read_text()
    assert "people.csv: 120 rows, 3 columns and the target" in printed
    assert printed.index("target income: binary") < printed.index("epoch   1")
    assert "majority class" in printed
    assert "Next: hotrow predict run people.csv --out predictions.csv" in printed
    assert (folder / "run" / "report.html").stat().st_size > 10_000


def test_predict_in_a_process_of_its_own(folder):
    new = {**table(40, seed=1), "extra": [1] * 40}
    new["job"][:3] = [None, "pilot", "cook"]
    write(folder / "new.csv", new)
    ended = alone("predict", "run", "new.csv", "--out", "new_out.csv", folder=folder)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "40 predictions written to new_out.csv\n"
    assert "trained without are not read: 'extra'" in ended.stderr
    answers = csv.read_csv(folder / "new_out.csv")
    assert answers.column_names == [
        "prediction", "probability_<=50K", "probability_>50K"
    ]  # fmt: skip
    assert answers.num_rows == 40
    # The same numbers as right after training.
    piped = alone("predict", "run", "new.csv", folder=folder)
    assert piped.stdout == (folder / "new_out.csv").read_text()


def test_predict_parquet_from_another_encoding(folder, capsys):
    new = table(40, seed=1)
    del new["income"]
    path = write(folder / "latin.csv", new, "latin-1", ";")
    out = folder / "out.parquet"
    code, printed, errors = here(
        capsys, "predict", folder / "run", path, "--out", out, "--encoding", "latin-1"
    )
    assert (code, errors) == (0, "")
    assert "40 predictions written" in printed
    from_csv = pq.read_table(out)
    pq.write_table(pa.table(new), folder / "new.parquet")
    arguments = ("predict", folder / "run", folder / "new.parquet", "--out", out)
    code, _, errors = here(capsys, *arguments)
    assert code == 1
    assert "is there already. Nothing was touched" in errors
    code, _, _ = here(capsys, *arguments, "--force")
    assert code == 0
    assert pq.read_table(out).equals(from_csv)


def test_neighbors(folder, capsys):
    code, printed, _ = here(capsys, "neighbors", folder / "run", "job", "cook", "-n", 1)
    assert code == 0
    assert printed.split("  ")[0] in ("Écrivain", "nurse, night")
    for column, value, text in (
        ("jop", "cook", "no column 'jop'. Near to it: 'job'"),
        ("age", "41", "'age' is numeric"),
        ("job", "cok", "Near to it: 'cook'"),
    ):
        code, _, errors = here(capsys, "neighbors", folder / "run", column, value)
        assert code == 1
        assert errors.startswith("hotrow neighbors: ")
        assert text in errors


def test_report(folder, capsys):
    before = (folder / "run" / "report.html").read_text()
    code, printed, _ = here(capsys, "report", folder / "run")
    assert code == 0
    assert "report.html" in printed
    assert len((folder / "run" / "report.html").read_text()) == len(before)
    code, _, _ = here(capsys, "report", folder / "run", "--out", folder / "mine.html")
    assert code == 0
    assert (folder / "mine.html").exists()


BAD_FILES = {
    "empty": (b"", "empty"),
    "header only": (b"job,income\n", "no rows"),
    "one row": (b"job,income\ncook,low\n", "1 row"),
    "one class": (b"job,income\n" + b"cook,low\nnurse,low\n" * 20, "low"),
    "no such target": (b"job,wage\n" + b"cook,low\nnurse,high\n" * 20, "'income'"),
    "too few fields": (b"job,income\ncook,low\nnurse\n", "row|line"),
    "latin-1": (
        ("job,income\n" + "écrivain,low\n" * 30).encode("latin-1"),
        "--encoding",
    ),
    "an open quote": (b'job,income\n"cook,low\nnurse,high\n', "quot"),
    "nothing but the target": (b"income\n" + b"low\nhigh\n" * 20, "no column beside"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_will_not_do(name, tmp_path, capsys):
    content, text = BAD_FILES[name]
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    out = tmp_path / "run"
    code, _, errors = here(capsys, "fit", path, "--target", "income", "--out", out)
    assert code == 1
    assert errors.startswith("hotrow fit: ")
    assert "people.csv" in errors
    assert any(part in errors for part in text.split("|")), errors
    assert not out.exists()


def test_files_that_are_none(tmp_path, capsys):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "no.parquet").write_text("job,income\n")
    (tmp_path / "people.xlsx").write_text("")
    for name in ("nowhere.csv", "folder.csv", "no.parquet", "people.xlsx"):
        out = tmp_path / "run"
        code, _, errors = here(
            capsys, "fit", tmp_path / name, "--target", "income", "--out", out
        )
        assert code == 1
        assert name in errors
        assert not out.exists()


def test_a_file_that_may_not_be_read(tmp_path, capsys, monkeypatch):
    path = write(tmp_path / "people.csv", table())

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(FIT, "open_table", refuse)
    code, _, errors = here(
        capsys, "fit", path, "--target", "income", "--out", tmp_path / "run"
    )
    assert code == 1
    assert f"could not read or write '{path}': Permission denied" in errors


def test_an_error_that_was_not_foreseen(tmp_path, monkeypatch, capsys):
    def fail(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(FIT, "open_table", fail)
    arguments = ("fit", "a.csv", "--target", "b", "--out", str(tmp_path / "run"))
    code, _, errors = here(capsys, *arguments)
    assert code == 1
    assert "ZeroDivisionError: division by zero. Pass --debug" in errors
    assert main([*arguments, "--debug", "--backend", BACKEND]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_columns_of_the_same_name_and_mixed_types(tmp_path, capsys):
    path = tmp_path / "odd.csv"
    rows = "".join(
        f"{number % 3},{number if number % 5 else 'many'},{'ab'[number % 3 == 0]}\n"
        for number in range(60)
    )
    path.write_text("a,a,income\n" + rows)
    code, printed, errors = here(
        capsys, "fit", path, "--target", "income", "--out", tmp_path / "run",
        "--epochs", 1, "--drop", "a.1",
    )  # fmt: skip
    assert code == 0, errors
    assert "1 column is of the same name as another: 'a.1'" in printed
    assert "60 rows, 2 columns" in printed


def test_options_of_reading(tmp_path, capsys):
    rows = table()
    del rows["note"]
    path = write(tmp_path / "people.txt", rows, delimiter=";")
    lines = path.read_text().splitlines()
    path.write_text("\n".join(["Title", *lines[1:], "a;bad;row;here"]))
    out = tmp_path / "run"
    options = ("--names", "job,age, Income", "--skip-bad-rows")
    code, printed, errors = here(
        capsys, "fit", path, "--target", "Income ", "--out", out, "--epochs", 1,
        "--drop", " job", *options,
    )  # fmt: skip
    assert code == 0, errors
    assert printed.index("1 row above the header") < printed.index("120 rows, 2 col")
    assert "1 row of people.txt (0.0083) is left out" in printed
    next_line = f"Next: hotrow predict {out} {path} --names 'job, age, Income'"
    assert next_line in printed
    code, printed, errors = here(capsys, "predict", out, path, *options)
    assert code == 0
    assert len(printed.splitlines()) == 121


def test_usage(folder, capsys):
    for arguments, text in (
        (("fit",), "required: FILE, --target, --out"),
        (("fit", "a.csv", "--target", "b", "--out", "c", "--kind", "d"), "COLUMN=KIND"),
        (
            ("fit", "a.csv", "--target", "b", "--out", "c", "--epochs", "0"),
            "at least 1",
        ),
        (("fit", "a.csv", "--target", "b", "--out", ""), "must name a folder"),
        (("predict", "run"), "required: FILE"),
        (("neighbors", "run", "job"), "required: VALUE"),
    ):
        code, _, errors = here(capsys, *arguments)
        assert code == 2
        assert text in errors
    for command in ("fit", "predict", "neighbors", "report"):
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
        assert f"\n  hotrow {command} run" in capsys.readouterr().out.replace(
            "fit people.csv", "fit run"
        )


def test_errors_of_predict(folder, tmp_path, capsys):
    new = table(20)
    del new["age"]
    path = write(tmp_path / "new.csv", new)
    out = tmp_path / "out.csv"
    for run, file, target, text in (
        (folder / "run", path, out, "The column 'age' is missing"),
        (tmp_path, path, out, "there is no run in"),
        (folder / "run", path, tmp_path, "must end in .csv or .parquet"),
        (folder / "run", path, tmp_path / "deep" / "out.csv", "there is no folder"),
        (folder / "run", tmp_path / "no.csv", out, "no.csv"),
    ):
        code, printed, errors = here(capsys, "predict", run, file, "--out", target)
        assert (code, printed) == (1, "")
        assert text in errors
    assert not out.exists()


def test_a_run_is_not_overwritten(folder, capsys):
    arguments = ("fit", folder / "people.csv", "--target", "income", "--epochs", 6)
    code, _, errors = here(capsys, *arguments, "--out", folder / "run")
    assert code == 1
    assert "holds another run, of people.csv. Nothing was touched." in errors
    assert "Pass --force to replace it, or choose another --out." in errors
    code, printed, _ = here(capsys, *arguments, "--out", folder / "run", "--resume")
    assert code == 0
    assert "is finished already" in printed


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs ulimit")
@pytest.mark.slow
def test_a_full_disk(folder):
    fit = "fit people.csv --target income --out full --epochs 1"
    ended = subprocess.run(
        ["bash", "-c", f"ulimit -f 100; {' '.join(COMMAND)} {fit}"],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert "hotrow fit: could not write to the folder 'full': File too large" in last
    assert "Traceback" not in ended.stderr
    assert not (folder / "full").exists()


@pytest.mark.slow
def test_ctrl_c(folder):
    arguments = ["fit", "people.csv", "--target", "income", "--out", "stopped"]
    arguments += ["--epochs", "1000"]
    process = subprocess.Popen(
        [
            *COMMAND,
            *[
                "fit",
                "people.csv",
                "--target",
                "income",
                "--out",
                "stopped",
                "--epochs",
                "1000",
            ],
        ],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if line.startswith("epoch   2"):
            break
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "--resume continues the training" in errors.splitlines()[-1]
    assert (folder / "stopped" / "model.keras").exists()
    mark = json.loads((folder / "stopped" / "run.json").read_text())
    assert mark["status"] == "interrupted"
    ended = alone("predict", "stopped", "people.csv", folder=folder)
    assert len(ended.stdout.splitlines()) == 121
