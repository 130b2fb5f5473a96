"""Marks beside numbers: accounts, stock markets, approximations, footnotes, shares."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotrow.tabular.conventions import Conventions
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.values.numbers.detect import Hints, find_numbers
from hotrow.tabular.values.numbers.formats import format_of

pytestmark = pytest.mark.once


def read(texts):
    """Returns the way in which a column is read, and its numbers as a saved model's."""
    tokens = pa.array(texts, pa.large_string())
    reading = find_numbers(tokens, np.ones(len(tokens)), Hints())
    if reading is None:
        return None, None
    form = format_of(json.loads(json.dumps(reading.format.to_json())))
    assert form == reading.format
    return reading, form.read(tokens).tolist()


WRITTEN = [
    (["(5,00) €", "1.234,50 €", "(3) €"], [-5, 1234.5, -3], "negative in parenth"),
    (["(5.25) USD", "7.50 USD"], [-5.25, 7.5], "negative in parentheses"),
    (["€ (5.25)", "€ 7.50"], [-5.25, 7.5], "negative in parentheses"),
    (["(5)%", "7%", "(1.5) %"], [-5, 7, -1.5], "negative in parentheses"),
    (["(5) km", "7 km"], [-5, 7], "negative in parentheses"),
    (["Rs.5/-", "Rs. 1,200/-", "Rs 30/- only"], [5, 1200, 30], None),
    (["₹5/-", "₹ 1,00,000/-"], [5, 100000], None),
    (["5/=", "Ksh 1,200/="], [5, 1200], None),
    (["▲845", "△1,200", "30", "▽5"], [845, 1200, 30, -5], "'▽' is minus"),
    (["▲845", "1,200", "30"], [-845, 1200, 30], "'▲' is minus"),
    (["△845", "1,200", "△ 3.5"], [-845, 1200, -3.5], "'△' is minus"),
    (["▲845", "▼1,200", "0"], [845, -1200, 0], "'▲' is plus; '▼' is minus"),
    (["▲ 0.5%", "▼ 1.2%"], [0.5, -1.2], "'▼' is minus"),
    (["0.5% ▲", "1.2% ▼"], [0.5, -1.2], "'▼' is minus"),
    (["▼1,200", "845"], [-1200, 845], "'▼' is minus"),
    (["▲845", "△1,200"], [-845, 1200], "'△' is plus"),
    (["↑ 1.5", "↓2.5", "0"], [1.5, -2.5, 0], None),
    (["~94.7", "~3"], [94.7, 3], "2 are approximate, such as '~94.7'"),
    (["ca. 94.7", "5"], [94.7, 5], "1 are approximate"),
    (["ca 94.7 kg", "5 kg"], [94.7, 5], "1 are approximate"),
    (["≈ 94.7", "about 5", "approx. 6", "c. 7"], [94.7, 5, 6, 7], "4 are approx"),
    (["circa 94,7", "etwa 5", "około 6,5"], [94.7, 5, 6.5], "3 are approximate"),
    (["约94.7", "約 5", "7"], [94.7, 5, 7], "2 are approximate"),
    (["$~5", "~$6", "approx. $7"], None, None),
    (["~$6", "approx. $7", "$8"], [6, 7, 8], "2 are approximate"),
    (["2,825 (est.)", "3,000", "5 est."], [2825, 3000, 5], "2 are approximate"),
    (["over 5", "7", "up to 9.5", "8"], [5, 7, 9.5, 8], "2 are bounds"),
    (["2,825[0]", "3,000"], [2825, 3000], "1 have a footnote, such as '2,825[0]'"),
    (["2,825[a]", "3,000 [note 1]"], [2825, 3000], "2 have a footnote"),
    (["$2,825[12][13]", "$7"], [2825, 7], "1 have a footnote"),
    (["1.5 km[a]", "7 km"], [1.5, 7], "1 have a footnote"),
    (["0.23**", "0.5", "0.01 †", "7*"], [0.23, 0.5, 0.01, 7], "3 have a footnote"),
    (["1½", "¾", "2"], [1.5, 0.75, 2], None),
    (["1 1/2 in", "3 in", "2-3/4 in"], [1.5, 3, 2.75], None),
    (["5 B", "2 KB", "1.5 MB"], [5, 2000, 1.5e6], "'KB' and 'MB' multiply"),
    (["$5B", "$2M"], [5e9, 2e6], "'B' and 'M' multiply"),
    (["1.2万", "3億", "5"], [12000, 3e8, 5], "'万' and '億' multiply"),
    (["1.2万元", "3元"], [12000, 3], None),
    (["3億円", "5000円"], [3e8, 5000], None),
    (["1.5 × 10³", "2 × 10⁻¹"], [1500, 0.2], None),
    (["12.5 m²", "3 m²"], [12.5, 3], None),
    (["'5.5'", "'7.5'"], [5.5, 7.5], None),
    (['"5.5"', '"7,500.5"'], [5.5, 7500.5], None),
    (["5.5;", "7;"], [5.5, 7], None),
    (["4.5 out of 5 stars", "3.0 out of 5 stars"], [4.5, 3], None),
    (["4,5 von 5", "3,0 von 5"], [4.5, 3], None),
    (["94.7%", "0.5%", "0.947", "0"], [94.7, 0.5, 94.7, 0], "are shares of 1"),
    (["12,5 %", "0,125", "0,5"], [12.5, 12.5, 50], "are shares of 1"),
    # The same numbers with a sign and without one, and rates below 1 %.
    (["94.7%", "12.5", "0.5"], [94.7, 12.5, 0.5], "2 without a unit"),
    (["0.5%", "0.4", "0.7%"], [0.5, 0.4, 0.7], "1 without a unit"),
    (["95%", "1", "0", "1"], [95, 1, 0, 1], "3 without a unit"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "numbers", "remark"), WRITTEN, ids=range(len(WRITTEN))
)
def test_marks_beside_numbers(texts, numbers, remark):
    reading, found = read(texts)
    if numbers is None:
        assert reading is None or reading.share < 0.95
        return
    assert found == numbers
    assert remark is None or remark in "; ".join(reading.remarks)


NAMES = [
    ["2015-X", "2016-X"], ["12-A", "14-A"],
    ["c12", "c5"], ["C 12", "C 5"], ["OK 5", "OK 7"], ["[5]", "[7]"], ["x[1]", "y[2]"],
    ["5 (2019)", "7 (2018)"], ["1/2", "3/4"],
    ["1 of 5", "2 of 5"], ["1 5/2", "2 7/4"],
    ["▲ 5 ▼", "▼ 7 ▲"], ["-(5)", "-(7)"], ["↑↓5", "↓↑6"],
]  # fmt: skip


@pytest.mark.parametrize("texts", NAMES, ids=lambda x: x[0])
def test_what_is_no_number_with_a_mark(texts):
    reading, _ = read(texts)
    assert reading is None or reading.share < 0.95


AMOUNTS = st.decimals(0, 10**6, places=2).map(str)
MARKS = {
    "{}": 1, "({})": -1, "-{}": -1, "~{}": 1, "ca. {}": 1, "≈{}": 1, "{}[1]": 1,
    "{}[a][12]": 1, "{}*": 1, "{} (est.)": 1, "▼{}": -1, "▲{}": 1, "▽ {}": -1,
    "{} ▲": 1, "{}▼": -1, "+{}": 1, "< {}": 1,
}  # fmt: skip
UNITS = ["{}", "${}", "{} €", "{}%", "{} km", "CHF {}"]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(AMOUNTS, st.sampled_from(list(MARKS))), min_size=8, max_size=8),
    st.sampled_from(UNITS),
)
def test_marks_around_units(column, unit):
    # Of bounds alone a column is one of classes; without ▼, ▲ is a minus.
    column = [*column, ("1.50", "▼{}"), *[("2.25", "{}")] * 10]
    texts = [mark.format(unit.format(amount)) for amount, mark in column]
    _, found = read(texts)
    assert found == [MARKS[mark] * float(amount) for amount, mark in column]


def column_of(values):
    """Returns the column, its encoder, and what is said of it."""
    source = open_table(pa.table({"x": values, "y": ["a", "b"] * (len(values) // 2)}))
    known = profile(source, "y", conventions=Conventions())
    return known.schema.columns[0], known.encoders.get("x"), known


ROWS = 300
NUMBERS = np.random.default_rng(0).permutation(ROWS) + 1


def test_a_triangle_is_told():
    texts = [f"▲{v:,}" if k % 2 else f"{v:,}" for k, v in enumerate(NUMBERS * 7)]
    column, encoder, known = column_of(texts)
    assert column.kind == "numeric"
    assert "'▲' is minus" in column.why
    (note,) = known.notes
    assert "is read as -" in note
    assert "no value has ▼. If that is wrong, write + or - in its place." in note
    assert encoder.encode(["▲1,234", "1,234"]).tolist() == [-1234, 1234]
    both = [f"{'▲▼'[k % 2]}{v}" for k, v in enumerate(NUMBERS)]
    column, encoder, known = column_of(both)
    assert not known.notes
    assert encoder.encode(["▲5", "▼5"]).tolist() == [5, -5]


def test_shares_among_percentages_are_told():
    texts = [f"{v / 4}%" if k % 2 else f"{v / 400:.4f}" for k, v in enumerate(NUMBERS)]
    column, encoder, known = column_of(texts)
    assert "percentages; 150 without a unit, and are shares of 1" in column.why
    (note,) = known.notes
    assert "without % is read as" in note
    assert "write % in all." in note
    assert encoder.encode(["94.7%", "0.947"]).tolist() == [np.float32(94.7)] * 2


def test_a_few_approximate_numbers_are_categories():
    column, _, _ = column_of(["~10", "~20", "~30"] * 100)
    assert column.kind == "categorical"
    column, _, _ = column_of([f"~{v}" for v in NUMBERS])
    assert column.kind == "numeric"


def test_many_bounds_are_numbers():
    column, encoder, _ = column_of([f"over {v}" for v in NUMBERS])
    assert column.kind == "numeric"
    assert "300 are bounds" in column.why
    assert encoder.encode(["over 5"]).tolist() == [5]
    assert column_of(["< 10", "< 20", "20+"] * 100)[0].kind == "categorical"
