"""`hotrow fit` on a file as people write it, from the command to new rows."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hotrow
from hotrow.tabular.runs.warnings import in_color
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.dates.patterns import NAMED
from hotrow.tabular.values.numbers.clock_format import ClockFormat
from hotrow.tabular.values.numbers.compound_format import FAMILIES, CompoundFormat
from hotrow.tabular.values.numbers.coordinate_format import CoordinateFormat
from hotrow.tabular.values.numbers.detect import Hints, find_numbers
from hotrow_cli import main
from hotrow_cli.tabular.flags import with_flags
from hotrow_common.arrow import pa

pytestmark = pytest.mark.once

GUIDE = Path(__file__).parents[3] / "docs" / "values.md"


def sales(path, rows=400, seed=0):
    """Writes a table whose price decides what there is to predict."""
    rng = np.random.default_rng(seed)
    price = rng.uniform(1_000, 50_000, rows)
    days = np.datetime64("2014-01-01T00:00") + rng.integers(0, 900_000, rows)
    sold = pd.Series(days).dt.strftime("%m/%d/%y %H:%M")
    yes = np.where(rng.random(rows) < 0.7, "Yes", "yes")
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["price", "sold", "paid", "zip", "age", "dear"])
        for row in range(rows):
            writer.writerow([
                "#N/A" if row % 40 == 7 else f"${price[row]:,.2f}",
                sold[row],
                f"{'$€£'[row % 3]}{price[row]:.3f}",
                f"{(137, 2134, 94110)[row % 3]:05d}",
                "-1" if row % 9 == 0 else 20 + row % 50,
                yes[row] if price[row] > 25_000 else "no",
            ])  # fmt: skip
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sales")
    source = sales(folder / "sales.csv")
    with pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr(
            "builtins.print", lambda *x, **_: said.append(" ".join(map(str, x)))
        )
        code = main([
            *("fit", str(source), "--target", "dear", "--out", str(folder / "run")),
            *("--epochs", "12", "--missing", "age=-1", "--decimal", "."),
        ])  # fmt: skip
    assert code == 0
    return hotrow.tabular.Run(folder / "run"), said


def test_what_decides_is_learned(run):
    # Of 40 rows to test, one has no price; what is guessed gets half of them right.
    assert run[0].results.scores[0].metrics["accuracy"] >= 0.9
    assert run[0].results.schema.target.classes == ("Yes", "no")


def test_what_was_found_is_said(run):
    said = "\n".join(run[1])
    assert re.search(r"price +numeric .* numbers in \$ with a comma between th", said)
    assert "'#N/A' (10) is missing" in said
    assert re.search(r"sold +date .* dates, month first", said)
    assert re.search(r"age +numeric .*'-1' \(45\) is missing", said)
    assert "'Yes' is also 'yes'" in said


def test_a_column_left_out_is_warned_of_in_the_end_and_in_the_report(run):
    run, said = run
    (warning,) = run.results.warnings
    assert warning.startswith("'paid' is left out as an identifier, though its values")
    assert "Pass `kinds={'paid': 'numeric'}` to read" in warning
    shown = f"Warning: {with_flags(warning)}"
    assert "Pass --kind paid=numeric to read" in shown
    lines = [at for at, line in enumerate(said) if line == shown]
    # Above the epochs, and below all but where the files are.
    assert len(lines) == 2
    assert lines[1] >= len(said) - 2
    assert "epoch" in said[lines[0] + 1]
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert '<li class="warning"><strong>Warning:</strong> &#x27;paid&#x27;' in page
    assert "Left out, though they look like numbers or dates: " in page
    assert "nothing to learn" not in page
    content = json.loads((run.path / "results.json").read_text())
    assert content["warnings"] == [warning]
    assert json.loads((run.path / "run.json").read_text())["settings"]["written"] == {
        "decimal": {"": "."},
        "missing": {"age": ["-1"]},
    }


def test_warnings_have_a_color_in_a_terminal(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert in_color("Warning: x", Terminal()) == "\033[1;33mWarning:\033[0m x"
    assert in_color("epoch 1", Terminal()) == "epoch 1"
    monkeypatch.setenv("NO_COLOR", "1")
    assert in_color("Warning: x", Terminal()) == "Warning: x"
    assert in_color("Warning: x", sys.stdout) == "Warning: x"


FRESH = """
import json, sys
import pandas as pd
import keras
import hotrow
model = keras.saving.load_model(sys.argv[1])
print(json.dumps([model.predict(pd.read_csv(path)).tolist() for path in sys.argv[2:]]))
"""


@pytest.mark.slow
def test_a_fresh_process_reads_new_rows_in_the_same_way(run, tmp_path):
    run, _ = run
    written = sales(tmp_path / "new.csv", rows=60, seed=1)
    expected = run.model.predict(pd.read_csv(written, dtype=str))
    # As plain numbers, dates of pandas, and zips that have lost their zeros.
    frame = pd.read_csv(written)
    price = frame["price"].str.replace("[$,]", "", regex=True).astype(float)
    sold = pd.to_datetime(frame["sold"], format="%m/%d/%y %H:%M")
    frame = frame.assign(price=price, sold=sold)
    frame.to_csv(tmp_path / "plain.csv", index=False)
    model = tmp_path / "moved.keras"
    model.write_bytes((run.path / "model.keras").read_bytes())
    ended = subprocess.run(
        [sys.executable, "-c", FRESH, model, written, tmp_path / "plain.csv"],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    for found in json.loads(ended.stdout.splitlines()[-1]):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def examples(section):
    """Yields the examples in the table of a section of the guide."""
    text = GUIDE.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2]
    for row in text.partition("\n## ")[0].splitlines():
        if row.startswith("| "):
            yield from re.findall(r"`([^`]+)`", row.split("|")[2])


@pytest.mark.parametrize("text", list(examples("Dates")))
def test_dates_of_the_guide(text):
    forms = [DateFormat(order) for order in ("mdy", "dmy", "yymd")]
    forms += [DateFormat(more=(way,)) for way in NAMED]
    assert text in ("2015Q3", "3Q15") or any(
        str(form.read([text])[0]).startswith("2015-08") for form in forms
    )


@pytest.mark.parametrize("text", list(examples("Numbers")))
def test_numbers_of_the_guide(text):
    if text in ('="00123"', "'00123"):
        return
    tokens = pa.array([text, text], pa.large_string())
    beside = {"< 0.5": "7", "90+": "7", "~5": "7", "5.00 CR": "6.00 DR"}
    beside |= {"over 5": "7", "up to 5": "7"}
    beside |= {"5.00 DR": "6.00 CR", "$-": "$5", "(5)": "6"}
    if text in beside:
        tokens = pa.array([text, beside[text]], pa.large_string())
    reading = find_numbers(tokens, np.ones(2), Hints())
    forms = [ClockFormat(), *map(CompoundFormat, FAMILIES)]
    forms += [*map(CoordinateFormat, ("NS", "EW"))]
    forms += [reading.format] if reading else []
    assert any(not np.isnan(form.read(tokens)[0]) for form in forms)
