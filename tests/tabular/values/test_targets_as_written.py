"""Targets as people write them, and predictions in their units."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from hotrow.tabular.conventions import Conventions
from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.errors import TableError
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
ROWS = 400
NUMBERS = RNG.uniform(1_000, 50_000, ROWS).round(1)


def target(values, task=None, **written):
    """Returns what there is to predict, its encoder and the profile."""
    source = open_table({"x": NUMBERS[: len(values)], "y": values})
    conventions = Conventions.of(source.names, **written)
    known = profile(source, "y", task=task, conventions=conventions)
    return known.schema.target, known.target_encoder, known


@pytest.mark.parametrize(
    "form", ["${:,.1f}", "{:,.1f}", "{} %", "{}K", "{} km", "({})", "{} Mio. €"]
)
def test_numbers_in_any_format_are_a_regression(form):
    values = [form.format(number) for number in NUMBERS]
    values[3] = "-" if form == "({})" else values[3]
    found, encoder, known = target(values)
    assert (found.task, found.classes) == ("regression", None)
    size = {"{}K": 1e3, "({})": -1, "{} Mio. €": 1e6}.get(form, 1)
    expected = np.array([float(f"{number}") for number in NUMBERS]) * size
    encoded = encoder.encode(values)
    there = ~np.isnan(encoded)
    np.testing.assert_allclose(encoded[there], expected[there], rtol=1e-15)
    again = TargetEncoder.from_config(encoder.get_config())
    np.testing.assert_array_equal(again.encode(values), encoded)
    # Predictions are numbers in the units of the column.
    training = expected[there][known.schema.rows // 2 :]
    assert abs(encoder.in_units([0.0])[0] - training.mean()) < abs(training.mean()) / 5
    np.testing.assert_array_equal(encoder.encode(expected.tolist()), expected)


def test_decimal_commas_are_a_regression():
    found, encoder, _ = target([str(number).replace(".", ",") for number in NUMBERS])
    assert found.task == "regression"
    assert "a comma before decimals" in found.why
    assert encoder.encode(["1234,5"]).tolist() == [1234.5]


def test_times_are_a_regression():
    found, encoder, _ = target([f"{k // 60:02d}:{k % 60:02d}:00" for k in range(ROWS)])
    assert found.task == "regression"
    assert "times, read as seconds" in found.why
    assert encoder.encode(["01:30:00"]).tolist() == [5400]


def test_dates_are_refused():
    days = pd.date_range("2015-01-01", periods=ROWS)
    for values in (days.strftime("%m/%d/%y"), days.strftime("%d-%b-%Y"), days):
        with pytest.raises(TableError, match=r"'y' holds dates, such as.*multiclass"):
            target(values.tolist())
    quarters = ["2015Q1", "2015Q2", "2015Q3", "2015Q4"] * 100
    with pytest.raises(TableError, match="holds dates"):
        target(quarters)
    assert len(target(quarters, task="multiclass")[0].classes) == 4


CLASSES = {
    "list": list,
    "pandas": pd.Series,
    "category": lambda x: pd.Series(x, dtype="category"),
    "polars": pl.Series,
    "arrow": pa.array,
    "dictionary": lambda x: pa.array(x).dictionary_encode(),
}


@pytest.mark.parametrize("make", CLASSES.values(), ids=CLASSES.keys())
@pytest.mark.parametrize(
    "words", [["NA", "EU"], ["None", "Severe"], ["n/a", "a", "b"], ["none", "NA", "x"]]
)
def test_words_are_classes(make, words):
    values = [words[k % len(words)] for k in range(ROWS)]
    found, encoder, known = target(make(values))
    assert found.classes == tuple(sorted(words))
    assert found.missing == 0
    assert known.class_counts.sum() == 320
    assert encoder.decode(encoder.encode(make(values))).tolist() == values
    assert (
        "of 'y'. If that means a missing value, pass `missing={'y': " in known.notes[0]
    )


def test_words_that_are_missing_where_the_user_says_so():
    values = ["NA", "EU", "AS", "EU"] * 100
    found, encoder, known = target(values, missing="NA")
    assert (found.classes, found.missing) == (("AS", "EU"), 100)
    assert encoder.encode(["NA", None, "EU"]).tolist() == [-1, -1, 1]
    assert "100 of 400 rows have no value of the target" in known.notes[-1]


def test_marks_of_a_target_that_are_missing_are_told():
    found, _, known = target(["EU", "AS", "?", "#N/A"] * 100)
    assert (found.classes, found.missing) == (("AS", "EU"), 200)
    assert known.notes[-1] == (
        "200 of 400 rows have no value of the target 'y', but '?' (100) and '#N/A' "
        "(100), and are left out."
    )


def test_words_beside_numbers_are_missing_and_told():
    values = ["NA" if k % 5 == 0 else str(v) for k, v in enumerate(NUMBERS)]
    found, encoder, known = target(values)
    assert (found.task, found.missing) == ("regression", 80)
    assert "80 rows have 'NA' (80) for the target 'y'" in known.notes[0]
    assert "`keep={'y': 'MARK'}`" in known.notes[0]
    assert known.rows == {"train": 256, "validation": 32, "test": 32}
    assert np.isnan(encoder.encode(["NA"])).all()
    # Beside numbers that are classes, rare words are missing; frequent ones are not.
    rare = ["NA" if k % 10 == 0 else str(k % 3) for k in range(ROWS)]
    found, _, _ = target(rare)
    assert (found.classes, found.missing) == ((0, 1, 2), 40)
    often = ["None", "1", "None", "2"] * 100
    found, _, _ = target(often)
    assert (found.classes, found.missing) == (("1", "2", "None"), 0)
    found, _, _ = target(rare, keep="NA")
    assert found.classes == ("0", "1", "2", "NA")


def test_the_first_rows_may_say_otherwise(monkeypatch):
    from hotrow.tabular.reading import frame_table

    monkeypatch.setattr(frame_table, "ROWS", 100)
    # At first few integers, as classes are; then many different numbers, and words.
    values = [str(k % 3) for k in range(100)] + [str(v) for v in NUMBERS[100:]]
    values[::2] = ["None"] * 50 + values[100::2]
    found, encoder, known = target(values)
    assert (found.task, found.missing) == ("regression", 50)
    assert known.schema.rows == sum(known.rows.values()) == 350
    assert np.isfinite(encoder.mean)


def test_one_class_beside_a_missing_one():
    with pytest.raises(
        TableError, match=r"one value, '1', beside 'NA' \(50\), taken as"
    ):
        target(["1", "1", "1", "1", "1", "1", "1", "NA"] * 50)
    with pytest.raises(TableError, match="one value in all rows, 'None'"):
        target(["None"] * 100)


def test_spellings_that_differ_in_case_or_blanks_are_one_class():
    values = (["Yes"] * 5 + ["yes"] * 2 + ["YES", "no", "NO"]) * 40
    found, encoder, known = target(values)
    assert (found.task, found.classes) == ("binary", ("Yes", "no"))
    assert "'Yes' is also 'yes' (80), 'YES' (40)" in known.notes[0]
    assert "'no' is also 'NO' (40)" in known.notes[0]
    assert known.class_counts.tolist() == [
        sum(v.lower() == "yes" for v in np.array(values)[_training()]),
        sum(v.lower() == "no" for v in np.array(values)[_training()]),
    ]
    again = TargetEncoder.from_config(encoder.get_config())
    assert again.encode(["yEs", "NO", " yes "]).tolist() == [0, 1, 0]
    assert again.decode([[0.1], [0.9]]).tolist() == ["Yes", "no"]
    found, _, known = target(["New York", "new  york", "Rome", "New\u00a0York"] * 100)
    assert found.classes == ("New York", "Rome")
    # Where letters are to be told apart, they are not folded.
    found, _, known = target(list("aAbBcCdD") * 50)
    assert len(found.classes) == 8
    assert not known.notes
    found, _, _ = target(list("yYnN") * 100)
    assert len(found.classes) == 2


def _training():
    from hotrow.tabular.split import split_of_rows

    return split_of_rows(0, ROWS, 0) == 0


def test_a_number_with_a_mistake_in_it_says_what_to_do():
    values = [f"${v}" for v in NUMBERS]
    values[7] = "call us"
    match = r"if it is a number, mend 'call us' in row 7 .*`missing=\{'y': 'call us'\}`"
    with pytest.raises(TableError, match=match):
        target(values)
    found, _, _ = target(values, missing="y=call us")
    assert (found.task, found.missing) == ("regression", 1)


def test_numbers_that_were_numbers_are_read_as_they_are():
    values = RNG.integers(1000, 9999, ROWS) / 1000
    found, encoder, known = target(values)
    assert found.task == "regression"
    assert not known.notes
    np.testing.assert_array_equal(encoder.encode(values), values)


def test_classes_of_digits_keep_their_zeros():
    found, encoder, _ = target(["007", "008", "100"] * 100)
    assert found.classes == ("007", "008", "100")
    assert encoder.encode(["007", "100"]).tolist() == [0, 2]
    assert target(["1.0", "0.0"] * 200)[0].classes == (0, 1)
    assert target(["+1", "-1"] * 200)[0].classes == ("+1", "-1")


def test_one_mark_and_three_digits_in_a_target():
    values = [f"{1 + k % 9}.{100 + k}" for k in range(ROWS)]
    found, encoder, known = target(values)
    assert found.task == "regression"
    assert "'y': '1.100' is read as 1.1, since" in known.notes[0]
    assert "`decimal={'y': ','}`" in known.notes[0]
    _, encoder, known = target(values, decimal={"y": ","})
    assert encoder.encode(["1.100"]).tolist() == [1100]
    assert not known.notes
