"""A column is the same to a model however its numbers and dates are written."""

import csv
import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hotrow.tabular.conventions import Conventions
from hotrow.tabular.errors import TableError
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
ROWS = 400
AMOUNTS = RNG.uniform(1_000, 50_000, ROWS).round(1)
SHARES = RNG.uniform(0, 100, ROWS).round(1)
DAYS = [
    datetime.datetime(2014, 1, 1) + datetime.timedelta(minutes=int(m))
    for m in RNG.integers(0, 1_000_000, ROWS)
]
TARGET = np.where(AMOUNTS > 25_000, "high", "low").tolist()


def table(tmp_path, columns, delimiter=","):
    """Writes columns as a CSV file with a target, and opens it."""
    path = tmp_path / "t.csv"
    columns = {**columns, "y": columns.get("y", TARGET)}
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return open_table(path)


def found(tmp_path, values, delimiter=",", kinds=None, name="x", y=TARGET, **written):
    """Returns the column, its encoder and the profile of a table with one column."""
    source = table(tmp_path, {name: values, "y": y}, delimiter)
    conventions = Conventions.of(source.names, **written)
    known = profile(source, "y", kinds=kinds, conventions=conventions)
    column = known.schema.columns[0]
    return column, known.encoders.get(name), known


def grouped(mark, point):
    marks = {",": "\0", ".": point, "\0": mark}
    return [
        "".join(marks.get(c, c) for c in f"{v:,.1f}").replace("\0", mark)
        for v in AMOUNTS
    ]


WAYS = {
    "18,511.5": (grouped(",", "."), AMOUNTS, ","),
    "$18,511.5": ([f"${v}" for v in grouped(",", ".")], AMOUNTS, ","),
    "18.511,5 €": ([f"{v} €" for v in grouped(".", ",")], AMOUNTS, ";"),
    "18 511,5": (grouped("\u202f", ","), AMOUNTS, "\t"),
    "CHF 18'511.5": ([f"CHF {v}" for v in grouped("'", ".")], AMOUNTS, ","),
    "18.5%": ([f"{v}%" for v in SHARES], SHARES, ","),
    "18.5K": ([f"{v}K" for v in SHARES], (SHARES * 1000).round(), ","),
    "0,5": ([str(v).replace(".", ",") for v in SHARES], SHARES, ";"),
    "(5)": ([f"({v})" if v < 50 else str(v) for v in SHARES],
            np.where(SHARES < 50, -SHARES, SHARES), ","),
    "\u22125": ([f"\u2212{v}" if v < 50 else str(v) for v in SHARES],
                np.where(SHARES < 50, -SHARES, SHARES), ","),
    "12 km": ([f"{v} km" for v in SHARES], SHARES, ","),
    "5'11": ([f"{int(v) // 12}'{int(v) % 12}\"" for v in SHARES], SHARES // 1, ","),
    "01:30:00": ([f"{int(v) // 60:02d}:{int(v) % 60:02d}:00" for v in SHARES],
                 60 * (SHARES // 1), ","),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_numbers_are_encoded_as_if_written_plainly(tmp_path, way):
    texts, numbers, delimiter = WAYS[way]
    column, encoder, known = found(tmp_path, texts, delimiter)
    _, plain, _ = found(tmp_path, numbers.tolist())
    assert column.kind == "numeric"
    assert column.missing == 0
    assert not known.warnings
    expected = plain.encode(numbers.tolist())
    np.testing.assert_array_equal(encoder.encode(texts), expected)
    # Numbers that come as numbers are taken as they are.
    np.testing.assert_array_equal(encoder.encode(numbers), expected)
    for name in ("mean", "std", "quantiles"):
        np.testing.assert_array_equal(getattr(encoder, name), getattr(plain, name))


@pytest.mark.parametrize(
    "form",
    ["%m/%d/%y %H:%M", "%d-%b-%y %H:%M", "%d.%m.%Y %H:%M", "%b %d, %Y %I:%M %p"],
)
def test_dates_are_encoded_as_if_written_plainly(tmp_path, form):
    texts = [day.strftime(form) for day in DAYS]
    column, encoder, known = found(tmp_path, texts)
    _, plain, _ = found(tmp_path, [day.isoformat() for day in DAYS])
    assert column.kind == "date"
    assert not known.warnings
    np.testing.assert_array_equal(encoder.encode(texts), plain.encode(DAYS))
    np.testing.assert_array_equal(encoder.quantiles, plain.quantiles)


MARKS = ["#N/A", "-", "NA", "None", "n/a", "\\N", "NULL", ".", ".A", "#DIV/0!", "--",
         "unknown", "Unknown", "N.A.", "nan", "NaN", "?", "", "\u2014", "inf", "<NA>",
         "no data", "missing", "(null)", "#VALUE!", "1.#QNAN", "nil"]  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("form", ["{}", "${}"])
def test_marks_among_numbers_are_missing(tmp_path, mark, form):
    texts = [mark if k % 10 == 0 else form.format(v) for k, v in enumerate(AMOUNTS)]
    column, encoder, _ = found(tmp_path, texts)
    assert column.kind == "numeric"
    assert column.missing == 40
    assert mark == "" or f"{mark!r} (40) is missing" in column.why
    np.testing.assert_array_equal(np.isnan(encoder.encode(texts))[::10], True)
    assert np.isnan(encoder.encode(texts)).sum() == 40


def test_marks_among_dates_are_missing(tmp_path):
    marks = ["0000-00-00", "NA", "-", "#N/A"]
    texts = [
        marks[k // 5 % 4] if k % 5 == 0 else str(day) for k, day in enumerate(DAYS)
    ]
    column, encoder, _ = found(tmp_path, texts)
    assert (column.kind, column.missing) == ("date", 80)
    assert "'0000-00-00' (20)" in column.why
    assert np.isnan(encoder.encode(texts)).any(axis=1).sum() == 80


def test_words_among_words_are_values(tmp_path):
    basements = ["NA", "good", "none", "poor"] * 99 + ["?", "", "#N/A", "NULL"]
    column, encoder, known = found(tmp_path, basements)
    assert (column.kind, column.distinct, column.missing) == ("categorical", 4, 4)
    assert "'NA' (99) is a value like others" in column.why
    assert "missing" in column.why
    tokens = encoder.vocabulary.tokens.to_pylist()
    assert set(tokens) == {"NA", "good", "none", "poor", ""}
    ids = encoder.encode(["NA", "?", None, "none", "n/a"])
    assert len(set(ids.tolist())) == 3
    assert ids[1] == ids[2] == ids[4]
    assert known.counts["x"][ids[0]] > 60


def test_pandas_reads_none_as_missing_and_is_understood(tmp_path):
    _, encoder, _ = found(tmp_path, ["None", "shed", "pool", "None"] * 100)
    frame = pd.read_csv(tmp_path / "t.csv")
    assert frame["x"].isna().sum() == 200
    assert (
        encoder.encode(frame["x"]).tolist()
        == encoder.encode(["None", "shed", "pool", "None"] * 100).tolist()
    )
    # A country code that is one of many is no missing value.
    codes = [f"{a}{b}" for a in "NABC" for b in "ABCDE"] * 20
    _, encoder, _ = found(tmp_path, ["NA" if c == "NA" else c for c in codes])
    assert encoder.encode(["NA"]) == encoder.encode([None])


def test_a_surname_and_a_country_are_values(tmp_path):
    names = ["Null", "Nan", "None", "NA", "Smith", "Jones", "True", "Inf"] * 50
    column, encoder, _ = found(tmp_path, names)
    assert (column.kind, column.distinct, column.missing) == ("categorical", 8, 0)
    assert len(set(encoder.encode(names[:8]).tolist())) == 8


def test_a_word_that_recurs_among_numbers_is_missing_and_told(tmp_path):
    sizes = ["Varies with device" if k % 8 == 0 else f"{v}M"
             for k, v in enumerate(SHARES)]  # fmt: skip
    column, _, known = found(tmp_path, sizes)
    assert (column.kind, column.missing) == ("numeric", 50)
    assert "'Varies with device' (50) is missing" in column.why
    assert "'M' multiply" in column.why
    assert "`kinds={'x': 'categorical'}`" in known.notes[0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"+47{v:08d}" for v in RNG.integers(10**7, 10**8, ROWS)], "identifier"),
        ([f"555-{v:03d}-{v:04d}" for v in range(ROWS)], "identifier"),
        (["1.2.10", "1.10.11", "2.0.12", "10.4.13"] * 100, "categorical"),
        ([f"10.0.{v % 250}.{v % 7}" for v in range(ROWS)], "identifier"),
        (["10-20", "20-30", "30-40"] * 133 + ["0-10"], "categorical"),
        (["1 star", "2 stars", "3 stars", "4 stars"] * 100, "categorical"),
        ([" 36 months", " 60 months"] * 200, "categorical"),
        (["M/L", "S", "XL", "2XL"] * 100, "categorical"),
        ([f"1K{v:03d}" for v in range(ROWS)], "identifier"),
        ([f"0x{v:x}" for v in range(ROWS)], "identifier"),
        ([f"978-3-16-14{v:04d}-0" for v in range(ROWS)], "identifier"),
        (["1,2", "2,3,4", "4", "1,3", "1,2,4", "3,4", "1,3,4"] * 57 + ["1"], "multi"),
        ([f"{v}°N" for v in AMOUNTS], "identifier"),
        ([f"12.{v:02d}.A" for v in range(ROWS)], "identifier"),
        (["2013/14", "2014/15", "2015/16", "2016/17"] * 100, "categorical"),
        ([f"{v % 97} {'kg' if v % 2 else 'lb'}" for v in range(ROWS)], "categorical"),
        (["10+ years", "< 1 year", "2 years", "3 years"] * 100, "categorical"),
        (["00123", "00456", "10001", "90210"] * 100, "code"),
        (['="00123"', '="00456"', '="10001"', '="90210"'] * 100, "code"),
        (["2015Q1", "2015Q2", "2016Q1", "2016Q2"] * 100, "date"),
        ([1_440_040_800 + 977 * v for v in range(ROWS)], "numeric"),
        ([42_000 + 3 * v for v in range(ROWS)], "numeric"),
    ],
    ids=range(22),
)  # fmt: skip
def test_kinds_of_what_looks_like_a_number(tmp_path, values, kind):
    values = [str(value) for value in values]
    if kind == "numeric":
        RNG.shuffle(values)
    other = [str(v) for v in SHARES]
    source = table(tmp_path, {"x": values, "other": other})
    assert profile(source, "y").schema.columns[0].kind == kind


def test_timestamps_named_so_are_dates(tmp_path):
    seconds = [str(int(day.timestamp())) for day in DAYS]
    column, _, _ = found(tmp_path, seconds, name="timestamp")
    assert column.kind == "date"
    column, _, _ = found(tmp_path, seconds, name="bytes")
    assert column.kind == "numeric"


def test_the_other_columns_and_the_delimiter_decide_what_one_column_does_not(tmp_path):
    unclear = [f"{1 + k % 9}.{100 + k % 899}" for k in range(ROWS)]
    comma = [str(v).replace(".", ",") for v in SHARES]

    def first(columns, delimiter):
        known = profile(table(tmp_path, columns, delimiter), "y")
        return known.encoders["x"].encode(["2.500"])[0], known

    number, known = first({"x": unclear, "other": comma}, ";")
    assert number == 2500
    assert not known.notes
    assert "the other columns have ','" in known.schema.columns[0].why
    number, known = first({"x": unclear, "other": SHARES}, ";")
    assert number == 2.5
    number, known = first({"x": unclear, "other": ["a", "b"] * 200}, ";")
    assert number == 2500
    assert "'x': '1.100' is read as 1100, since ';' stands between" in known.notes[0]
    assert "`decimal={'x': '.'}`" in known.notes[0]
    number, known = first({"x": unclear, "other": ["a", "b"] * 200}, ",")
    assert number == 2.5
    assert "`decimal={'x': ','}`" in known.notes[0]
    _, encoder, known = found(tmp_path, unclear, decimal={"x": ","})
    assert encoder.encode(["2.500"])[0] == 2500
    assert not known.notes


def test_unclear_dates(tmp_path):
    texts = [f"{1 + k % 12:02d}/{1 + k % 11:02d}/2015" for k in range(ROWS)]
    _, encoder, known = found(tmp_path, texts)
    assert "read with the month first" in known.notes[0]
    assert "`dates={'x': 'dmy'}`" in known.notes[0]
    _, other, known = found(tmp_path, texts, dates="x=dmy")
    assert not known.notes
    assert (encoder.format.order, other.format.order) == ("mdy", "dmy")
    # Another column of the table says what comes first.
    days = [day.strftime("%d/%m/%Y") for day in DAYS]
    known = profile(table(tmp_path, {"x": texts, "other": days}), "y")
    assert known.encoders["x"].format.order == "dmy"
    assert not known.notes


def test_values_that_the_user_says_are_missing(tmp_path):
    ages = ["-1" if k % 4 == 0 else str(20 + k % 60) for k in range(ROWS)]
    column, encoder, _ = found(tmp_path, ages, missing=["x=-1"])
    assert (column.kind, column.missing) == ("numeric", 100)
    assert "'-1' (100) is missing" in column.why
    assert np.isnan(encoder.encode(["-1", "-1.0", "5"])).tolist() == [True, True, False]
    assert np.isnan(encoder.encode([-1, 5])).tolist() == [True, False]
    words = ["red", "green", "none of these", "blue"] * 100
    column, encoder, _ = found(tmp_path, words, missing={"x": "none of these"})
    assert (column.distinct, column.missing) == (3, 100)
    assert encoder.encode(["none of these"]) == encoder.encode([None])
    column, encoder, known = found(tmp_path, words, missing=["blue", "x=pink", "-9"])
    assert column.missing == 100
    assert known.notes == (
        "'-9' is to be missing, and no column has it.",
        "'pink' is to be missing, and no row of 'x' has it.",
    )


def test_marks_that_the_user_says_are_values(tmp_path):
    words = ["?", "!", "NULL", "."] * 100
    assert found(tmp_path, words)[0].missing == 200
    column, encoder, _ = found(tmp_path, words, keep=["?", "x=NULL"])
    assert (column.distinct, column.missing) == (4, 0)
    assert len(set(encoder.encode(words[:4]).tolist())) == 4


def test_numbers_that_must_be_dug_out(tmp_path):
    prices = [f"{'$€£'[k % 3]}{v}" for k, v in enumerate(AMOUNTS)]
    column, _, known = found_left_out(tmp_path, prices)
    assert column.kind == "identifier"
    (warning,) = known.warnings
    assert "'x' is left out as an identifier, though its values are numbers" in warning
    assert "`kinds={'x': 'numeric'}`" in warning
    column, encoder, known = found(tmp_path, prices, kinds={"x": "numeric"})
    assert column.kind == "numeric"
    assert "as you said" in column.why
    assert not known.warnings
    expected = AMOUNTS.astype(np.float32)
    np.testing.assert_array_equal(encoder.encode(prices), expected)
    years = ["< 1 year", "10+ years", "2 years", "n/a"] * 100
    column, encoder, _ = found(tmp_path, years, kinds={"x": "numeric"})
    assert column.missing == 100
    np.testing.assert_array_equal(encoder.encode(years[:4]), [1, 10, 2, np.nan])
    with pytest.raises(TableError, match="cannot be numeric: 100% of its values"):
        found(tmp_path, ["red", "green"] * 200, kinds={"x": "numeric"})


def found_left_out(tmp_path, values):
    source = table(tmp_path, {"x": values, "other": SHARES})
    known = profile(source, "y")
    return known.schema.columns[0], None, known


def test_dates_that_must_be_dug_out(tmp_path):
    serials = [str(42_000 + k) for k in range(ROWS)]
    column, encoder, _ = found(tmp_path, serials, kinds={"x": "date"})
    assert column.kind == "date"
    assert encoder.encode(["42236"])[0, 0] == pytest.approx(2015 + 231 / 365, abs=1e-3)


def test_columns_left_out_that_look_like_dates_are_told(tmp_path):
    days = [str(d) if k % 3 else f"around {k} o'clock" for k, d in enumerate(DAYS)]
    _, _, known = found_left_out(tmp_path, days)
    (warning,) = known.warnings
    assert (
        '66% of its values are dates; one that is not is "around 0 o\'clock"' in warning
    )
    assert "`kinds={'x': 'date'}`" in warning


def test_columns_that_look_like_numbers_are_told(tmp_path):
    def told(values):
        known = found_left_out(tmp_path, values)[2]
        return [*known.warnings, *known.notes]

    (places,) = told([f"{v}{'NS'[k % 2]}" for k, v in enumerate(AMOUNTS)])
    assert "'x' is left out as an identifier, though a number stands in most" in places
    (mixed,) = told([f"{v} {'kg' if k % 2 else 'lb'}" for k, v in enumerate(SHARES)])
    assert "taken for categories, though its values are numbers with diff" in mixed
    assert "kg (50%)" in mixed
    (shares,) = told([f"{v} ({k % 100}%)" for k, v in enumerate(AMOUNTS)])
    assert "most values are money or percent, such as" in shares
    (rates,) = told([f"{v}%" if k % 3 else str(v) for k, v in enumerate(SHARES)])
    assert "without % count as percent, too" in rates
    (some,) = told([str(v) if k % 3 else f"A/{k % 60}" for k, v in enumerate(SHARES)])
    assert "66% of its values are numbers; one that is not is 'A/0' in row 2" in some


def test_identifiers_that_are_no_numbers_are_not_told(tmp_path):
    for values in (
        [f"user-{k:05d}" for k in range(ROWS)],
        [f"{k:08x}-{k:04x}" for k in RNG.integers(0, 2**32, ROWS)],
        [str(k) for k in range(ROWS)],
    ):
        assert not found_left_out(tmp_path, values)[2].warnings


@pytest.mark.parametrize(
    ("written", "match"),
    [
        ({"decimal": ";"}, r"decimal is one of '\.', ','. Received: ';'"),
        ({"thousands": "x=;"}, "thousands is one of"),
        ({"dates": "ydm"}, "dates is one of 'dmy', 'mdy', 'ymd'"),
        (
            {"missing": ["X=5"]},
            "missing 'X=5': there is no column 'X'. Did you mean 'x'",
        ),
        ({"missing": {"X": 5}}, "missing: there is no column 'X'"),
    ],
)
def test_conventions_that_cannot_be(written, match):
    with pytest.raises(TableError, match=match):
        Conventions.of(["x", "y"], **written)


def test_conventions():
    said = Conventions.of(
        ["x", "a=b", "y"],
        decimal=",",
        thousands={"x": "none"},
        missing=["x=-1", "a=b=0", "=x=7", "99", 5.0],
        keep="NA",
    )
    assert said.decimal == {"": ","}
    assert said.thousands == {"x": ""}
    assert said.marks("x").missing == ("x=7", "99", "5", "-1")
    assert said.marks("a=b").missing == ("x=7", "99", "5", "0")
    assert said.marks("y").keep == ("NA",)
    assert said.to_json()["missing"]["x"] == ["-1"]


def test_native_numbers_are_read_as_they_are(tmp_path):
    values = [f"{v},{k % 10}" for k, v in enumerate(range(1000, 1400))]
    _, encoder, _ = found(tmp_path, values, ";")
    assert encoder.encode(["1234,5"]) == encoder.encode([1234.5])
    natives = [
        pa.array([decimal.Decimal("18.512")]),
        pa.array([18.512]).dictionary_encode(),
        pd.Series([18.512], dtype="category"),
        np.array([18.512]),
    ]
    for native in natives:
        assert encoder.encode(native)[0] == np.float32(18.512)


def test_more_values_than_fit_in_memory(tmp_path, monkeypatch):
    from hotrow.tabular.profiling import table_scan

    columns = {
        "money": [f"${v}" for v in grouped(",", ".")],
        "day": [day.strftime("%m/%d/%y %H:%M") for day in DAYS],
        "marked": ["#N/A" if k % 9 == 0 else f"{v}%" for k, v in enumerate(AMOUNTS)],
        "said": ["NA" if k % 9 == 0 else f"{v} km" for k, v in enumerate(AMOUNTS)],
        "y": [f"{v} €" if k % 9 else "NA" for k, v in enumerate(AMOUNTS)],
    }
    source = table(tmp_path, columns)
    expected = profile(source, "y")
    monkeypatch.setattr(table_scan.TableScan.__init__, "__defaults__", (100,))
    known = profile(source, "y")
    for one, other in zip(known.schema.columns, expected.schema.columns, strict=True):
        assert one.kind == other.kind
        assert one.missing == pytest.approx(other.missing, abs=8)
        layer, wanted = (k.encoders[one.name].get_config() for k in (known, expected))
        assert layer["format"] == wanted["format"]
        np.testing.assert_allclose(layer["quantiles"], wanted["quantiles"], rtol=1e-5)
    assert known.schema.target.task == "regression"
    assert known.rows == expected.rows
    assert known.target_encoder.mean == pytest.approx(expected.target_encoder.mean)
