"""Codes are the same with and without the zeros that they begin with."""

import csv

import numpy as np
import pandas as pd
import pytest

import hotrow
from hotrow.tabular.encoders import CodeLookup, Dates, SplitLookup, TextLookup
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.unread import UnreadValues

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
ZIPS = [f"{zip_:05d}" for zip_ in RNG.choice([137, 2134, 501, 94110, 10115], 400)]


def test_what_pandas_makes_of_codes_is_understood(tmp_path):
    path = tmp_path / "zips.csv"
    rows = [[zip_, "yes" if zip_ < "1" else "no"] for zip_ in ZIPS]
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([["zip", "y"], *rows])
    known = profile(open_table(path), "y")
    encoder = known.encoders["zip"]
    assert isinstance(encoder, CodeLookup)
    expected = encoder.encode(ZIPS)
    assert expected.min() > 1
    frame = pd.read_csv(path)
    assert frame["zip"].dtype == np.int64
    np.testing.assert_array_equal(encoder.encode(frame["zip"]), expected)
    # With a missing value, they are floats.
    floats = frame["zip"].astype(float)
    floats[0] = np.nan
    np.testing.assert_array_equal(encoder.encode(floats)[1:], expected[1:])
    texts = frame["zip"].map("{}.0".format)
    np.testing.assert_array_equal(encoder.encode(texts), expected)
    again = CodeLookup.from_config(encoder.get_config())
    again._vocabulary = encoder.vocabulary
    np.testing.assert_array_equal(again.encode(frame["zip"]), expected)


def test_integers_find_codes_with_zeros():
    layer = CodeLookup(hotrow.Vocabulary(["137", "8", "-5", "x"]))
    assert layer.encode(["00137", "137.0", "008", 8, -5, "x"]).tolist() == [
        *[2, 2, 3, 3],
        *[4, 5],
    ]


def test_codes_that_differ_in_zeros_alone_are_two():
    layer = CodeLookup(hotrow.Vocabulary(["7", "007", "8"]))
    assert layer.encode(["7", "007", "07", "0008", "9"]).tolist() == [2, 3, 1, 4, 1]


def test_values_that_are_not_read_are_counted_over_all_rows():
    words = hotrow.Vocabulary(["a", "b"])
    lookup = {
        "code": CodeLookup(hotrow.Vocabulary(["007"])),
        "day": Dates(),
        "tags": SplitLookup(words, length=2, separator="|"),
        "note": TextLookup(words, length=3),
    }
    unread = UnreadValues(lookup)
    rows = {
        "code": [7, None, 8, 9],
        "day": ["2020-01-01", "0000-00-00", "soon", "NA"],
        "tags": ["a|x", "x|y", "", "z"],
        "note": ["a fine thing", "une chose", None, "ein Ding"],
    }
    for row in range(0, 4, 2):
        unread.add({name: some[row : row + 2] for name, some in rows.items()}, row)
    assert unread.notes() == [
        "code: 67 % unknown values, first '8' in row 2 (counted from 0).",
        "day: 25 % are no dates, first 'soon' in row 2 (counted from 0).",
        "tags: 67 % unknown values, first 'x|y' in row 1 (counted from 0).",
        "note: 67 % unknown words, first 'une chose' in row 1 (counted from 0).",
    ]
    assert unread.notes(lambda row: f"line {row + 2}")[0].endswith("'8' in line 4.")
