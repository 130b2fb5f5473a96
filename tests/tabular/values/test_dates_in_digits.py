"""Dates in digits, and in ways that the name of a column or all its values say."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hotrow.tabular.conventions import Conventions
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
ROWS = 300
DAYS = [
    datetime.datetime(2013, 1, 1) + datetime.timedelta(days=int(d))
    for d in RNG.integers(0, 1500, ROWS)
]


def found(values, name="x", kinds=None, **written):
    """Returns the column, the moments of its values, and the profile."""
    source = open_table(pa.table({name: values, "y": ["a", "b"] * (ROWS // 2)}))
    conventions = Conventions.of(source.names, **written)
    known = profile(source, "y", kinds=kinds, conventions=conventions)
    column, encoder = known.schema.columns[0], known.encoders.get(name)
    if column.kind != "date":
        return column, None, known
    # As a saved model has it.
    encoder = type(encoder).from_config(encoder.get_config())
    texts = [str(value) for value in values]
    return column, encoder.format.read(texts).astype("datetime64[D]").tolist(), known


EXPECTED = [day.date() for day in DAYS]
FIRSTS = [day.date().replace(day=1) for day in DAYS]
MONDAYS = [day - datetime.timedelta(day.weekday()) for day in EXPECTED]


@pytest.mark.parametrize(
    "name",
    ["Buchungsdatum", "fecha", "fecha_nacimiento", "date_achat", "data_zakupu", "dato",
     "købsdato", "datum_objednavky", "дата_покупки", "päivämäärä", "tarih", "data",
     "Dátum", "日期", "date", "birthdate", "PurchaseDate", "yyyymmdd", "FECHA2",
     "closed_on", "day", "ExpiryDate", "order_dt"],
)  # fmt: skip
@pytest.mark.parametrize("typed", [False, True])
def test_eight_digits_in_a_column_named_so(name, typed):
    texts = [day.strftime("%Y%m%d") for day in DAYS]
    column, dates, known = found([int(t) for t in texts] if typed else texts, name)
    assert column.why == "eight digits: year, month, day"
    assert dates == EXPECTED
    assert not known.notes


@pytest.mark.parametrize(
    ("form", "name", "why"),
    [
        ("%d%m%Y", "date", "eight digits: day, month, year"),
        ("%m%d%Y", "date", "eight digits: month, day, year"),
        ("%y%m%d", "fecha", "six digits: year, month, day"),
        ("%d%m%y", "datum", "six digits: day, month, year"),
        ("%m%d%y", "date", "six digits: month, day, year"),
        ("%Y%j", "date", "digits: year, day of the year"),
        ("%Y-%j", "date", "dates, year and day of the year"),
        ("%G%V", "yearweek", "six digits: year and week"),
        ("%G-%V", "year_week", "dates, year and week"),
        ("S%V %G", "semaine", "dates, year and week"),
        ("%Y%m", "mois", "six digits: year and month"),
        ("%m/%y", "expiry_date", "dates, month and year"),
        ("%m-%y", "valid_until", "dates, month and year"),
        ("%m/%y", "month", "dates, month and year"),
        ("%m.%Y", "Monat", "months: month, point, year"),
        ("%Y.%m", "month", "months: year, point, month"),
    ],
)
def test_ways_that_a_name_says(form, name, why):
    column, dates, known = found([day.strftime(form) for day in DAYS], name)
    assert column.kind == "date"
    assert column.why == why
    days = "%d" in form or "%j" in form
    assert dates == (EXPECTED if days else MONDAYS if "%V" in form else FIRSTS)
    assert not known.notes


@pytest.mark.parametrize("form", ["%d%m%Y", "%m%d%Y", "%d%m%y"])
def test_zeros_that_were_lost_at_the_beginning(form):
    column, dates, _ = found([int(day.strftime(form)) for day in DAYS], "date")
    assert column.kind == "date"
    assert dates == EXPECTED


@pytest.mark.parametrize(
    "form", ["%Y%m%d", "%d%m%Y", "%m%d%Y", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y%m%d.0"]
)
def test_digits_that_are_all_dates_are_dates_whatever_their_name(form):
    column, dates, known = found([day.strftime(form) for day in DAYS])
    assert column.kind == "date"
    assert dates == EXPECTED
    (note,) = known.notes
    assert "'x' is taken for dates, since each of its values is one, such as" in note
    assert "pass `kinds={'x': 'numeric'}`" in note
    column, _, _ = found([day.strftime(form) for day in DAYS], kinds={"x": "numeric"})
    assert column.kind == "numeric"


@pytest.mark.parametrize(
    ("form", "count"), [("%m.%Y", 1), ("%Y.%m", 1), ("%y%m%d", 0), ("%Y%j", 0)]
)
def test_months_with_a_point_and_short_digits_without_a_name(form, count):
    column, dates, known = found([day.strftime(form) for day in DAYS])
    assert len(known.notes) == count
    if count:
        assert dates == FIRSTS
        assert "If they are numbers, pass `kinds={'x': 'numeric'}`" in known.notes[0]
    else:
        assert column.kind == "numeric"


def test_numbers_that_are_no_dates():
    for values in (
        RNG.integers(10_000_000, 99_999_999, ROWS),
        RNG.permutation(ROWS) + 20_150_101,
        RNG.integers(1_000_000, 9_999_999, ROWS),
        RNG.uniform(1990, 2020, ROWS).round(2),
        RNG.integers(100_000, 999_999, ROWS),
    ):
        column, _, known = found(values.tolist())
        assert column.kind == "numeric"
        assert not known.notes
    column, _, _ = found(RNG.integers(10**9, 2 * 10**9, ROWS).tolist(), "data_usage")
    assert column.kind == "numeric"


def test_day_or_month_first_in_digits():
    texts = [f"{1 + k % 12:02d}{1 + k % 11:02d}{2010 + k % 9}" for k in range(ROWS)]
    _, dates, known = found(texts, "date")
    assert dates[11] == datetime.date(2012, 12, 12 % 11) or dates[0].day == 1
    (note,) = known.notes
    assert "is read as day, month, year, since no value says which is first" in note
    assert "pass `dates={'date': 'mdy'}`" in note
    _, first, known = found(texts, "date", dates="mdy")
    assert not known.notes
    assert (first[1], dates[1]) == (datetime.date(2011, 2, 2),) * 2
    assert first[11] == datetime.date(2012, 12, 1)
    assert dates[11] == datetime.date(2012, 1, 12)


def test_days_of_excel_are_told():
    days = [(day - datetime.datetime(1899, 12, 30)).days for day in DAYS]
    column, _, known = found(days, "OrderDate")
    assert column.kind == "numeric"
    (note,) = known.notes
    assert "they may be days of Excel" in note
    assert "pass `kinds={'OrderDate': 'date'}`" in note
    column, dates, known = found(days, "OrderDate", kinds={"OrderDate": "date"})
    assert dates == EXPECTED
    assert not found(days, "orders")[2].notes


@pytest.mark.parametrize(
    ("form", "name"),
    [("%d%m%Y", "a"), ("%y%m%d", "b"), ("%Y%j", "c"), ("%m/%y", "d"), ("%Y-%j", "e")],
)
def test_a_user_says_that_digits_are_dates(form, name):
    texts = [day.strftime(form) for day in DAYS]
    _, dates, _ = found(texts, name, kinds={name: "date"})
    assert dates == (FIRSTS if form == "%m/%y" else EXPECTED)


def test_integers_of_pandas_beside_a_missing_one():
    days = pd.Series([float(day.strftime("%Y%m%d")) for day in DAYS])
    days[3] = np.nan
    source = open_table(pd.DataFrame({"date": days, "y": ["a", "b"] * (ROWS // 2)}))
    known = profile(source, "y")
    assert known.schema.columns[0].kind == "date"
    encoded = known.encoders["date"].encode(days)
    assert np.isnan(encoded[:, 0]).sum() == 1
    assert encoded[0, 0] == pytest.approx(DAYS[0].year, abs=1)
