"""Dates as people write them, read by the whole column."""

import datetime
import json

import numpy as np
import pyarrow as pa
import pytest

from hotrow.tabular.values.dates.date_format import DateFormat
from hotrow.tabular.values.dates.detect import find_dates

pytestmark = pytest.mark.once


def read(texts, **hints):
    """Returns the way in which a column's values are read, and the moments."""
    tokens = pa.array(texts, pa.large_string())
    reading = find_dates(tokens, np.ones(len(tokens)), **hints)
    if reading is None:
        return None, None
    # As a saved model has it.
    form = DateFormat.from_json(json.loads(json.dumps(reading.format.to_json())))
    assert form == reading.format
    moments = form.read(tokens)
    np.testing.assert_array_equal(~np.isnat(moments), reading.good)
    return reading, [None if np.isnat(one) else str(one) for one in moments]


AUGUST = "2015-08-20T00:00:00"
EARLY = "2015-08-20T03:20:00"
ONE_DAY = [
    "2015_08_20", "20_08_2015", "'2015-08-20'", '"20 Aug 2015"', "#2015-08-20#",
    "2015-08-20", "2015/8/20", "2015.08.20.", "2015年8月20日", "2015년 8월 20일",
    "08/20/15", "8/20/2015", "08-20-2015", "20.08.2015", "20.8.15", "20/08/2015",
    "20-8-15", "20 08 2015", "Thu 20.08.2015", "Do., 20.08.2015", "20-Aug-15",
    "20-AUG-2015", "20 Aug 2015", "20AUG2015", "20AUG15", "20 August, 2015",
    "Aug 20, 2015", "August 20th, 2015", "Aug-20-2015", "Thursday, August 20, 2015",
    "Thu, 20 Aug 2015", "20th of August 2015", "2015-Aug-20", "20/Aug/2015",
    "20. August 2015", "20 août 2015", "20 de agosto de 2015", "20 agosto 2015",
    "20 augustus 2015", "20 sierpnia 2015", "2015-W34-4", "2015W344",
]  # fmt: skip
ONE_MOMENT = [
    "2015:08:20 03:20:00",
    "08/20/15 03:20", "2015-08-20 03:20", "2015-08-20T03:20:00.123456Z",
    "2015-08-20 03:20:00+00:00", "2015-08-20T05:20:00+02:00", "2015-08-20 03:20:00 UTC",
    "2015-08-19 23:20:00 EDT", "8/20/2015 3:20 AM", "8/20/15, 3:20:00 a.m.",
    "20-AUG-15 03.20.00.000000 AM", "20150820T032000Z", "2015-08-20-03.20.00.000000",
    "Thu, 20 Aug 2015 03:20:00 +0000", "Thu Aug 20 03:20:00 2015",
    "Thu Aug 20 03:20:00 +0000 2015", "20/Aug/2015:03:20:00 +0000",
    "20AUG2015:03:20:00", "20AUG15:03:20:00.000",
    "20.08.2015 um 03:20 Uhr", "20/08/2015 à 03h20",
    "Thu Aug 20 2015 05:20:00 GMT+0200 (CEST)", "20150820-032000",
]  # fmt: skip


@pytest.mark.parametrize("text", ONE_DAY)
def test_ways_to_write_a_day(text):
    assert read([text])[1] == [AUGUST]


@pytest.mark.parametrize("text", ONE_MOMENT)
def test_ways_to_write_a_moment(text):
    assert read([text])[1] == [EARLY]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2015-08", "2015-08-01"),
        ("08/2015", "2015-08-01"),
        ("Aug 2015", "2015-08-01"),
        ("Aug-15", "2015-08-01"),
        ("August '15", "2015-08-01"),
        ("2015 August", "2015-08-01"),
        ("2015Q3", "2015-07-01"),
        ("2015-Q3", "2015-07-01"),
        ("Q3 2015", "2015-07-01"),
        ("3Q15", "2015-07-01"),
        ("2015-W34", "2015-08-17"),
        ("2015W01", "2014-12-29"),
        ("2020-W53", "2020-12-28"),
    ],
)
def test_months_quarters_and_weeks(text, day):
    assert read([text])[1] == [f"{day}T00:00:00"]


def test_weeks_are_those_of_python():
    first = datetime.date(1999, 12, 20)
    days = [first + datetime.timedelta(3 * k) for k in range(900)]
    texts = [f"{y}-W{w:02d}-{d}" for y, w, d in (day.isocalendar() for day in days)]
    assert read(texts)[1] == [f"{day}T00:00:00" for day in days]


FORMS = {
    "mdy": ["%m/%d/%y", "%m/%d/%Y %H:%M", "%m-%d-%Y", "%m/%d/%y %I:%M %p"],
    "dmy": ["%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y %H:%M", "%d.%m.%y %H:%M"],
    "yymd": ["%y-%m-%d", "%y/%m/%d"],
    None: ["%Y-%m-%d", "%Y/%m/%d %H:%M", "%d-%b-%y", "%b %d, %Y", "%d %B %Y %H:%M",
           "%d%b%Y", "%A, %d %B %Y", "%Y%m%dT%H%M00"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("order", "form"), [(key, one) for key, some in FORMS.items() for one in some]
)
def test_random_moments_are_read_exactly(order, form):
    rng = np.random.default_rng(0)
    start = datetime.datetime(1990, 1, 1)
    moments = [
        start + datetime.timedelta(minutes=int(m))
        for m in rng.integers(0, 20_000_000, 300)
    ]
    if "%H" not in form and "%I" not in form:
        moments = [one.replace(hour=0, minute=0) for one in moments]
    reading, found = read([one.strftime(form) for one in moments])
    assert found == [one.isoformat() for one in moments]
    assert reading.format.order == order
    assert reading.doubt is None


@pytest.mark.parametrize(
    ("texts", "hints", "order", "doubtful"),
    [
        (["01/02/2020", "03/04/2021"], {}, "mdy", True),
        (["01/02/2020", "03/04/2021"], {"delimiter": ";"}, "dmy", True),
        (["01-02-2020", "03-04-2021"], {}, "dmy", True),
        (["01.02.2020", "03.04.2021"], {}, "dmy", False),
        (["01/02/2020", "03/04/2021"], {"of_table": "dmy"}, "dmy", False),
        (["01/02/2020", "03/04/2021"], {"order": "dmy"}, "dmy", False),
        (["01/02/2020", "13/04/2021"], {}, "dmy", False),
        (["01/02/2020", "03/14/2021"], {"of_table": "dmy"}, "mdy", False),
    ],
    ids=range(8),
)
def test_day_or_month_first(texts, hints, order, doubtful):
    reading, _ = read(texts, **hints)
    assert reading.format.order == order
    assert (reading.doubt is not None) == doubtful
    if doubtful:
        assert f"{texts[0]!r} is read with the" in reading.doubt


@pytest.mark.parametrize(
    ("texts", "hints", "years"),
    [
        (["05/26/68", "05/26/69"], {}, ["2068", "1969"]),
        (["05/26/15", "05/26/08"], {}, ["2015", "2008"]),
        # One row of years, over the turn of the century.
        (["05/26/58", "05/26/03", "05/26/99"], {}, ["1958", "2003", "1999"]),
        (["05/26/58", "05/26/61"], {"is_birth": True}, ["1958", "1961"]),
    ],
    ids=range(4),
)
def test_years_of_two_digits(texts, hints, years):
    assert [moment[:4] for moment in read(texts, **hints)[1]] == years


def test_days_that_stand_for_none():
    texts = ["0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "1900-01-00"]
    texts += ["1/0/1900", "9999-12-31", "31.12.9999", "0001-01-01", "2015-08-20"]
    reading, found = read(texts)
    assert reading.share == 1
    assert found == [None] * 8 + [AUGUST]
    assert reading.none.tolist() == [True] * 8 + [False]


@pytest.mark.parametrize(
    ("texts", "way", "found"),
    [
        (["20150820", "20150101"], "digits", AUGUST),
        (["201508", "201501"], "digits", "2015-08-01T00:00:00"),
        (["20150820032000", "20150101000000"], "long digits", EARLY),
        (["1440040800", "1440040800123"], "unix", EARLY),
        (["42236", "42236.5"], "excel", AUGUST),
    ],
    ids=range(5),
)
def test_dates_in_digits_count_where_they_are_named_so(texts, way, found):
    assert read(texts) == (None, None)
    assert read(texts, more=(way,))[1][0] == found


NAMES = [
    "20 Aug 03:20:15", "Aug 20 03:20:15", "08/20 03:20:15", "20.08. 03:10:15",
    "1.2.10", "10.4.11", "1.2.3", "192.168.1.1", "10-20", "555-12-34", "12:30",
    "4521-07", "1/2", "123-45-6789", "41_10_1", "Model 15", "May 15", "2013/14",
    "12abc34", "2020", "20200131", "hello", "978-3-16-148410-0", "2020-13-01",
    "2020-02-30", "31/31/2020", "1-1-1A", "20 Foo 2015", "A5 2015", "12.5", "3/4/5",
]  # fmt: skip


@pytest.mark.parametrize("text", NAMES)
def test_what_is_no_date(text):
    reading, _ = read([text] * 3)
    assert reading is None


def test_the_example_of_the_format():
    import doctest
    import inspect

    names = {"DateFormat": DateFormat}
    text = inspect.getdoc(DateFormat)
    test = doctest.DocTestParser().get_doctest(text, names, "DateFormat", None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert test.examples
    assert runner.failures == 0


def test_several_ways_in_one_column():
    texts = ["2015-08-20", "20/08/2015", "August 20, 2015", "13/08/2015"]
    texts.append("2015-08-20T03:20Z")
    assert read(texts)[1] == [AUGUST, AUGUST, AUGUST, "2015-08-13T00:00:00", EARLY]
