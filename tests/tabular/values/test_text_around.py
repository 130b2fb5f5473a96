"""Dates and numbers with text around them: told, and read where the user says so."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.numbers.number_format import NumberFormat

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
ROWS = 300
DAYS = [
    datetime.date(2013, 1, 1) + datetime.timedelta(days=int(d))
    for d in RNG.integers(0, 1500, ROWS)
]


def profiled(values, kinds=None):
    """Returns the column, its encoder, and what is said of it."""
    columns = {"x": values, "z": ["p", "q", "r"] * 100, "y": ["a", "b"] * (ROWS // 2)}
    known = profile(open_table(pa.table(columns)), "y", kinds=kinds)
    return known.schema.columns[0], known.encoders.get("x"), known


@pytest.mark.parametrize(
    "form",
    ["paid on %Y-%m-%d", "paid %d.%m.%Y", "%m/%d/%Y (paid)", "paid: %d %b %Y, ok",
     "due %B %d, %Y", "no. 12 of %d/%m/%Y", "%Y-%m-%d - 2018-12-31", "v1.2 %d-%m-%y"],
)  # fmt: skip
def test_dates_within_text_are_told_and_read(form):
    texts = [day.strftime(form) for day in DAYS]
    column, _, known = profiled(texts)
    assert column.kind in ("text", "categorical", "identifier", "multi")
    if column.kind != "multi":
        (warning,) = known.warnings
        assert "though a date stands in most values, such as" in warning
        assert "Pass `kinds={'x': 'date'}` to read what can be read" in warning
    column, encoder, known = profiled(texts, {"x": "date"})
    assert column.kind == "date"
    assert "as you said: the first date in each text" in column.why
    assert not known.warnings
    # As a saved model has it.
    encoder = type(encoder).from_config(encoder.get_config())
    assert encoder.format.read(texts).astype("datetime64[D]").tolist() == DAYS
    assert np.isnan(encoder.encode(["never", "paid on 2015-02-30"])).all()


def test_text_without_dates_is_not_told():
    for form in ("see section %d.%m of 12", "version 1.%d.%m.7", "room %j-%d, floor 3",
                 "call 555-%j-%d%m now", "the year %Y was good"):  # fmt: skip
        column, _, known = profiled([day.strftime(form) for day in DAYS])
        assert column.kind in ("text", "identifier", "categorical")
        assert not known.warnings


def test_a_format_that_an_older_version_saved():
    content = DateFormat("dmy").to_json()
    assert "loose" not in content
    assert DateFormat.from_json(content) == DateFormat("dmy")


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("{:,} (2019)", True),
        ("{} (12.5%)", False),
        ("{}.5 ± 0.3", True),
        ("{} +/- 3", True),
        ("{} kg (1-9)", True),
    ],
)
def test_a_number_before_more_is_told_and_read(form, numbers):
    values = RNG.permutation(ROWS) * 7 + 1
    texts = [form.format(value) for value in values.tolist()]
    column, _, known = profiled(texts)
    (warning,) = known.warnings
    said = "each value begins with a number" if numbers else "most values are money"
    assert said in warning
    column, encoder, _ = profiled(texts, {"x": "numeric"})
    assert column.kind == "numeric"
    part = 0.5 if ".5" in form and numbers else 0
    assert encoder.format.read(texts).tolist() == (values + part).tolist()


def test_one_number_and_what_follows_it():
    form = NumberFormat(plain=False, loose=True)
    texts = ["5.1 (4.9-5.3)", "$5K [2019]", "5 ± 0.3", "(5)", "about 5 (3)", "1 or 2"]
    np.testing.assert_array_equal(form.read(texts), [5.1, 5000, 5, -5, 5, np.nan])


def test_few_values_that_may_be_months_are_doubted():
    texts = [day.strftime("%m/%y") for day in DAYS]
    column, _, known = profiled(texts)
    assert column.kind == "categorical"
    (note,) = known.notes
    assert "'x' is taken for categories, though its values may be months" in note
    _, encoder, _ = profiled(texts, {"x": "date"})
    moments = encoder.format.read(texts).astype("datetime64[D]").tolist()
    assert moments == [day.replace(day=1) for day in DAYS]
    # Scores and fractions.
    assert not profiled(["1/2", "3/4", "10/12", "7/12", "1/12", "5/6"] * 50)[2].notes


def test_values_that_may_be_days_of_a_year_are_told():
    texts = [day.strftime("%Y-%j") for day in DAYS]
    _, _, known = profiled(texts)
    (said,) = [*known.notes, *known.warnings]
    assert "its values may be years and days of the year, such as" in said


@pytest.mark.parametrize("form", ["%d-%b", "%B %d", "%b %d %H:%M:15", "%d. %B"])
def test_days_without_a_year_are_told(form):
    _, _, known = profiled([day.strftime(form) for day in DAYS])
    (said,) = [*known.warnings, *known.notes]
    assert "though its values are days without a year, such as" in said
    assert "add the year to read them as dates" in said
    texts = [f"{day:%d} {('red', 'blue', 'gold')[day.day % 3]}" for day in DAYS]
    assert not any("without a year" in one for one in profiled(texts)[2].warnings)


@pytest.mark.parametrize(
    "form", ["{}-{}", "${} - ${}", "{} to {}", "{}K-{}K", "{}–{} kg"]
)
def test_ranges_are_told(form):
    values = (RNG.permutation(ROWS) + 1).tolist()
    texts = [form.format(value, value + 10) for value in values]
    column, _, known = profiled(texts)
    assert column.kind in ("text", "categorical", "identifier")
    (said,) = [*known.warnings, *known.notes]
    assert "though its values are ranges of two numbers, such as" in said
    assert "make two columns of numbers of them" in said


def test_what_is_no_range():
    for form in ("{0:03d}-{1:04d}", "{1}-07", "{0}-{1}-1", "A{0}-{1}"):
        values = (RNG.permutation(ROWS) + 100).tolist()
        texts = [form.format(value, 7 * value + 1000) for value in values]
        assert not profiled(texts)[2].warnings
