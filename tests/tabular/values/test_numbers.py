"""Numbers as people write them, read by the whole column."""

import itertools
import json

import numpy as np
import pyarrow as pa
import pytest

from hotrow.tabular.values.numbers.clock_format import ClockFormat, find_clock
from hotrow.tabular.values.numbers.compound_format import CompoundFormat, find_compound
from hotrow.tabular.values.numbers.detect import Hints, find_numbers
from hotrow.tabular.values.numbers.formats import format_of
from hotrow.tabular.values.numbers.number_format import NumberFormat

pytestmark = pytest.mark.once

NAN = np.nan


def read(texts, **hints):
    """Returns the way in which a column's values are read, and the numbers."""
    tokens = pa.array(texts, pa.large_string())
    reading = find_numbers(tokens, np.ones(len(tokens)), Hints(**hints))
    if reading is None:
        return None, None
    # As a saved model has it.
    form = format_of(json.loads(json.dumps(reading.format.to_json())))
    assert form == reading.format
    numbers = form.read(tokens)
    np.testing.assert_array_equal(~np.isnan(numbers), reading.good)
    return reading, numbers.tolist()


WRITTEN = [
    (["18,511.57", "1,200", "300"], [18511.57, 1200, 300]),
    (["$18,511.57", "$1,200.00", "$3"], [18511.57, 1200, 3]),
    (["18.5%", "-3 %", "5%"], [18.5, -3, 5]),
    (["18.5K", "3M", "950", "1.2B"], [18500, 3e6, 950, 1.2e9]),
    (["18.51K", "0.07K"], [18510, 70]),
    (["0,5", "5,0", "12,25"], [0.5, 5, 12.25]),
    (["1.234,5", "12.345.678,25", "7"], [1234.5, 12345678.25, 7]),
    (["1 234,50 €", "12 €", "1\u202f234\u202f567,5\u00a0€"], [1234.5, 12, 1234567.5]),
    (["1'234.50", "CHF 5.-", "3’000’000"], [1234.5, 5, 3e6]),
    (["12,34,567.50", "₹1,00,000", "Rs. 500"], [1234567.5, 100000, 500]),
    (["(1,234.50)", "($5.00)", "$(7)", "$3"], [-1234.5, -5, -7, 3]),
    (["−5", "–3", "5-", "- 4", "+2"], [-5, -3, -5, -4, 2]),
    (["$-5", "-$6", "$ -7.5"], [-5, -6, -7.5]),
    (["$ -", "$5.00", "$-"], [0, 5, 0]),
    (["12 km", "3.5 km", "100km"], [12, 3.5, 100]),
    (["30 days", "1 day", "2 Days"], [30, 1, 2]),
    (["159lbs", "1 lb"], [159, 1]),
    (["1.5e3", "2E-4", "7"], [1500, 0.0002, 7]),
    (["1.5×10^3", "2 x 10^-4", "7"], [1500, 0.0002, 7]),
    (["１２３", "４．５"], [123, 4.5]),
    (["٣٫٥", "١٢"], [3.5, 12]),
    (["kr 1 234,50", "kr 5,-", "100 kr"], [1234.5, 5, 100]),
    (["€110.5M", "€600K", "€0"], [110.5e6, 600e3, 0]),
    (["£1.2m", "£600k", "£3bn"], [1.2e6, 6e5, 3e9]),
    (["US$1.2bn", "US$ 3 million"], [1.2e9, 3e6]),
    (["1,2 Mio. €", "3 Mrd. €"], [1.2e6, 3e9]),
    (["19M", "8.7M", "201k"], [19e6, 8.7e6, 201e3]),
    (["12 m", "15 m"], [12, 15]),
    (["8.61 Lakh", "1.28 Cr"], [861000, 12.8e6]),
    (["10,000+", "1,000,000+", "5+"], [1e4, 1e6, 5]),
    (["16 GB", "512 MB", "1 TB"], [16e9, 512e6, 1e12]),
    (["16 GB", "32 GB"], [16, 32]),
    (["100.50 CR", "20.00 DR"], [100.5, -20]),
    (["USD 5", "7 USD", "$3", "US$ 4"], [5, 7, 3, 4]),
    (["5 €/kg", "7,5 €/kg"], [5, 7.5]),
    (["20 °C", "-3.5°C"], [20, -3.5]),
    (["5 %", "7 pct"], [5, 7]),
    (["1_000", "2_500_000"], [1000, 2.5e6]),
    (["=5", "=-6.5", "7"], [5, -6.5, 7]),
    (["1.", ".5", "-.25"], [1, 0.5, -0.25]),
    (["R$ 1.234,56", "R$ 7"], [1234.56, 7]),
    (["1 234 567", "12"], [1234567, 12]),
    (["<0.5", "7", "> 90", "~3", "≤ 2", "8", "9", "10"], [0.5, 7, 90, 3, 2, 8, 9, 10]),
    (["3.5pp", "-1.2pp"], [3.5, -1.2]),
    (["4.1/5", "3.8 /5", "5/5"], [4.1, 3.8, 5]),
    (["1.5D+03", "2d-1"], [1500, 0.2]),
    (["$1,234/mo", "$5 /mo"], [1234, 5]),
    (["5:-", "100:-"], [5, 100]),
    (["\u200e5.5", "6\ufeff", "7\u00a0"], [5.5, 6, 7]),
]


@pytest.mark.parametrize(("texts", "numbers"), WRITTEN, ids=lambda x: str(x[0]))
def test_ways_to_write_a_number(texts, numbers):
    _, found = read(texts)
    assert found == numbers


NAMES = [
    ["555-123-4567", "555-987-6543"],
    ["(555) 123-4567", "(555) 987-6543"],
    ["(555)", "(212)"],
    ["501 234 567", "601 244 567"],
    ["978-3-16-148410-0", "978-1-23-148410-1"],
    ["1.2.3", "10.4.11"],
    ["192.168.1.1", "10.0.0.1"],
    ["192.168.100.200", "172.168.100.201"],
    ["10-20", "20-30"],
    ["01:30", "02:15"],
    ["M/L", "S"],
    ["1K22", "2K21"],
    ["0x1F", "0xAA"],
    ["1/2", "3/4"],
    ["4x2", "4x4"],
    ["1st", "2nd", "3rd"],
    ["1001AB", "1002AB"],
    ["TRY12", "TRY13"],
    ["2XL", "3XL"],
    ["10am", "3pm"],
    ["5 May", "12 May"],
    ["3.6.", "10.2."],
    ["120/80", "130/85"],
    ["08/2015", "09/2015"],
    ["2015 Q3", "2016 Q1"],
    ["1 of 5", "2 of 5"],
    ["1,2,3", "2,3,4,5"],
    ["59.9N", "33.9N"],
    ["A4", "A5"],
    ["#5", "#7"],
    ["<10", "<20", "20+"],
    ["12A", "14C"],
    ["31.12.2020", "1.1.2021"],
    ["00:1B:44:11:3A:B7", "00:1B:44:11:3A:B8"],
    ["550e8400-e29b-41d4", "550e8400-e29b-41d5"],
    ["3 kg", "5 lb", "2 m", "8 ft"],
    ["$5", "€6", "£3", "¥4"],
]


@pytest.mark.parametrize("texts", NAMES, ids=lambda x: x[0])
def test_what_is_no_number(texts):
    reading, _ = read(texts)
    assert reading is None or reading.share < 0.95


def test_units_that_differ_are_told():
    reading, _ = read(["3 kg", "5 lb", "2 kg", "8 kg"])
    assert reading.units == {"kg": 0.75, "lb": 0.25}


STYLES = [
    (decimal, thousands)
    for decimal, thousands in itertools.product(
        ".,", ["", ",", ".", " ", "'", "\u202f"]
    )
    if decimal != thousands
]
AROUND = [
    "{}", "${}", "{} €", "€{}", "CHF {}", "{} USD", "{}%", "{} %", "{} km", "{}kg",
    "£ {}", "{} kr", "Rs. {}",
]  # fmt: skip
NEGATIVES = ["-{}", "\u2212{}", "({})", "{}-"]


def test_random_numbers_in_every_style_are_read_exactly():
    rng = np.random.default_rng(0)
    for (decimal, thousands), around in itertools.product(STYLES, AROUND):
        negative = NEGATIVES[int(rng.integers(4))]
        digits = int(rng.integers(0, 6))
        numbers = rng.integers(-(10**9), 10**9, 60) // 10 ** rng.integers(0, 9, 60)
        texts, expected = [], []
        for number in numbers.tolist():
            whole, part = divmod(abs(number), 10**digits)
            grouped = f"{whole:,}".replace(",", thousands)
            text = grouped + (f"{decimal}{part:0{digits}d}" if digits else "")
            text = around.format(text)
            texts.append(negative.format(text) if number < 0 else text)
            sign = "-" if number < 0 else ""
            expected.append(float(f"{sign}{whole}.{part:0{digits}d}"))
        # Three decimals and no group could be groups, and the other way.
        if digits == 3 or (not digits and thousands in ".,"):
            texts.append(around.format(f"1{decimal}5"))
            expected.append(1.5)
        _, found = read(texts)
        assert found == expected, (decimal, thousands, around, negative, digits)


@pytest.mark.parametrize(
    ("texts", "hints", "numbers", "doubtful"),
    [
        (["1.234", "5.678", "12.345"], {}, [1.234, 5.678, 12.345], True),
        (["1.234", "5.678"], {"delimiter": ";"}, [1234, 5678], True),
        (["1.234", "5.678"], {"of_table": ","}, [1234, 5678], False),
        (["1.234", "5.678"], {"of_table": "."}, [1.234, 5.678], False),
        (["1.234", "5.678"], {"decimal": ","}, [1234, 5678], False),
        (["1.234", "5.678"], {"thousands": "."}, [1234, 5678], False),
        (["1.234", "5.678"], {"usual_decimal": ","}, [1234, 5678], False),
        (["1,234", "5,678"], {}, [1234, 5678], True),
        (["1,234", "5,678", "12"], {}, [1234, 5678, 12], False),
        (["1,234", "5,678"], {"of_table": ","}, [1.234, 5.678], False),
        (["1,234", "5,678"], {"delimiter": ";"}, [1.234, 5.678], True),
        # Those that are not in doubt are what they are, whatever stands around them.
        (["1.5", "2.25"], {"delimiter": ";", "of_table": ","}, [1.5, 2.25], False),
        (["1,5", "2,25"], {"of_table": "."}, [1.5, 2.25], False),
        (["1.5", "2.25"], {"usual_decimal": ","}, [1.5, 2.25], False),
        # Whole numbers, and zeros at the end: these are thousands.
        (
            ["1.230", "5.678", "12.345", "1.111", "2.222", "950"],
            {},
            [1230, 5678, 12345, 1111, 2222, 950],
            False,
        ),
        (["0.234", "5.678"], {"delimiter": ";"}, [0.234, 5.678], False),
    ],
    ids=range(16),
)
def test_one_mark_and_three_digits(texts, hints, numbers, doubtful):
    reading, found = read(texts, **hints)
    assert found == numbers
    assert (reading.doubt is not None) == doubtful
    if doubtful:
        assert f"{texts[0]!r} is read as" in reading.doubt


def test_numbers_that_were_numbers_are_not_in_doubt():
    tokens = pa.array(["1.234", "5.678"], pa.large_string())
    reading = find_numbers(tokens, np.ones(2), Hints(delimiter=";"), typed=True)
    assert reading.format.read(tokens).tolist() == [1.234, 5.678]
    assert reading.doubt is None


def test_a_few_grouped_numbers_among_many_plain_ones():
    texts = [str(k) for k in range(100, 999)] + ["1,234", "2,500"]
    _, found = read(texts)
    assert found[-2:] == [1234, 2500]


def test_a_unit_without_a_number_is_missing():
    reading, found = read(["58.16 bhp", "null bhp", "70 bhp"])
    assert reading.share == 1
    assert found == pytest.approx([58.16, NAN, 70], nan_ok=True)


def test_any_text_around_numbers_where_the_user_says_so():
    form = NumberFormat(plain=False, loose=True)
    texts = ["< 1 year", "about $5K", "n/a", "7*", "a-5", "x -6", "1 or 2", "5 km"]
    np.testing.assert_array_equal(form.read(texts), [1, 5000, NAN, 7, 5, -6, NAN, 5])
    texts = ["59.9N", "33.9S", "18.4° E", "70.6°W"]
    np.testing.assert_array_equal(form.read(texts), [59.9, -33.9, 18.4, -70.6])


@pytest.mark.parametrize(
    ("texts", "seconds"),
    [
        (["01:30:00", "1:02:03.5", "-0:30"], [5400, 3723.5, -1800]),
        (["14:05", "2:05 PM", "12:00 am", "12:01 p.m."], [50700, 50700, 0, 43260]),
        (["3pm", "11 AM"], [54000, 39600]),
        (["59:30", "1:02:30"], [3570, 3750]),
        (["0 days 01:30:00", "1 days 00:00:01"], [5400, 86401]),
        (["PT1H30M", "P1DT1S", "PT0.5S"], [5400, 86401, 0.5]),
        (["14h30", "9h05"], [52200, 32700]),
        (["47h05", "3h01", "100 h 30"], [169500, 10860, 361800]),
        (["1:05 h", "30:10 Std.", "7:00 Uhr"], [3900, 108600, 25200]),
        (["1:05 min", "30:10 min"], [65, 1810]),
        (["2:05 p. m.", "12:00 a. m."], [50700, 0]),
        (["26:30:00", "100:00:00"], [95400, 360000]),
        (["4:03.5", "12:30", "1:02:03.25"], [243.5, 750, 3723.25]),
    ],
    ids=lambda x: str(x[0]),
)
def test_times_and_durations(texts, seconds):
    tokens = pa.array(texts, pa.large_string())
    form, good = find_clock(tokens, np.ones(len(tokens)))
    assert good.all()
    assert format_of(form.to_json()) == form
    assert form.read(tokens).tolist() == seconds


@pytest.mark.parametrize(
    "text", ["1:3", "12:99", "13:00 pm", "P", "1:2:3", "5", "16:9"]
)
def test_what_is_no_time(text):
    tokens = pa.array([text], pa.large_string())
    assert not find_clock(tokens, np.ones(1))[1].any()


def test_durations_that_were_durations_are_seconds():
    assert ClockFormat().read(["90", "0:01:30"]).tolist() == [90, 90]


@pytest.mark.parametrize(
    ("texts", "family", "numbers"),
    [
        (["5'11", "6'2\"", "5’ 11”"], "inches", [71, 74, 71]),
        (["5 ft 11 in", "6ft 2in", "5 feet"], "inches", [71, 74, 60]),
        (
            ["1h 30m", "45m", "2 hours", "1 hr 5 min"],
            "seconds",
            [5400, 2700, 7200, 3900],
        ),
        (["2d 3h", "1w 2d"], "seconds", [183600, 777600]),
        (["7 lbs 5 oz", "8 lb"], "ounces", [117, 128]),
        (["2 yrs 3 mos", "1 yr", "11 mos"], "months", [27, 12, 11]),
        (["2 weeks", "3 days"], "seconds", [1209600, 259200]),
        (["2 years", "3 weeks", "1 month", "5 days"], "days", [730.5, 21, 30.4375, 5]),
        (["2 years ago", "3 weeks old", "3w ago"], "days", [730.5, 21, 21]),
        (["5'30\"", "4'05\"", "12'59"], "seconds of minutes", [330, 245, 779]),
    ],
    ids=lambda x: str(x[0]),
)
def test_amounts_in_several_units(texts, family, numbers):
    tokens = pa.array(texts, pa.large_string())
    form, good = find_compound(tokens, np.ones(len(tokens)))
    assert form == CompoundFormat(family) == format_of(form.to_json())
    assert good.all()
    assert form.read(tokens).tolist() == numbers


def test_feet_are_not_followed_by_twelve_inches():
    found = CompoundFormat("inches").read(["5'11", "5'12", "5'99", "70 in", "0'0"])
    np.testing.assert_array_equal(found, [71, NAN, NAN, 70, 0])


@pytest.mark.parametrize("form", [NumberFormat, ClockFormat, CompoundFormat])
def test_the_example_of_a_format(form):
    import doctest
    import inspect

    names = {form.__name__: form}
    test = doctest.DocTestParser().get_doctest(
        inspect.getdoc(form), names, "x", None, 0
    )
    assert test.examples
    runner = doctest.DocTestRunner()
    runner.run(test)
    assert runner.failures == 0
