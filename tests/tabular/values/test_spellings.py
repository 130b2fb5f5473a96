"""Texts that people see as equal are one class; others are told apart."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.errors import TableError
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.values.characters import INVISIBLE, JOINERS
from hotrow.tabular.values.values import read_distinct

pytestmark = pytest.mark.once

ROWS = 60
NUMBERS = np.random.default_rng(0).normal(size=ROWS)


def found(values, column="y"):
    source = open_table({"x": NUMBERS, column: (values * ROWS)[:ROWS]})
    target = {"y": "y"}.get(column, "x")
    known = profile(source, target)
    return known, " ".join(known.notes)


@pytest.mark.parametrize(
    "values", [["Yes", "yes"], ["a b", "A  b"], ["x\u200by", "xy"], ["Ab", "AB", "ab"]]
)
def test_spellings_of_one_class_alone_are_an_error(values):
    with pytest.raises(TableError, match=r"has one value in all rows, spelled '.* and"):
        found(values)


def test_one_whole_number_in_two_forms_is_an_error():
    with pytest.raises(TableError, match=r"spelled '7' \(30\) and '7.0' \(30\): there"):
        found(["7", "7.0"])
    # Native floats have one form.
    with pytest.raises(
        TableError, match="one value in all rows, '7': there is nothing"
    ):
        found([7.0])


def test_words_for_missing_values_are_named_all_the_same():
    with pytest.raises(TableError, match=r"one value, '1', beside 'NA' \(10\), taken"):
        found(["1"] * 5 + ["NA"])


@pytest.mark.parametrize("values", [["A", "a"], ["m", "M"], ["\u00e9", "\u00c9"]])
def test_one_letter_in_two_cases_makes_two_classes(values):
    known, notes = found(values)
    assert known.schema.target.task == "binary"
    assert known.schema.target.classes == tuple(sorted(values))
    assert "differ in" not in notes
    ids = known.target_encoder.encode(values)
    assert sorted(ids.tolist()) == [0, 1]


COMPOSED = ["caf\u00e9", "\u00c5land", "ni\u00f1o", "\ud55c\uad6d"]


@pytest.mark.parametrize("form", ["NFD", "NFKD"])
def test_composed_and_decomposed_letters_are_one_class(form):
    values = COMPOSED + [unicodedata.normalize(form, text) for text in COMPOSED]
    known, _ = found(values)
    assert known.schema.target.classes == tuple(sorted(COMPOSED))
    ids = known.target_encoder.encode(values)
    assert ids[:4].tolist() == ids[4:].tolist()
    again = TargetEncoder.from_config(known.target_encoder.get_config())
    assert again.encode(values).tolist() == ids.tolist()


@pytest.mark.parametrize("mark", INVISIBLE + JOINERS, ids=ascii)
def test_characters_without_width_make_no_class(mark):
    values = ["yes", "yes", "no", f"y{mark}es", f"no{mark}"]
    known, notes = found(values)
    assert known.schema.target.classes == ("no", "yes")
    assert known.target_encoder.encode(values).tolist() == [1, 1, 0, 1, 0]
    assert "differ in case, blanks or characters without width only are one" in notes
    assert ascii(f"y{mark}es").strip("'") in notes or f"y{mark}es" in notes


SPELLINGS = st.tuples(
    st.sampled_from(["stra\u00dfe", "caf\u00e9", "\u0130zmir", "two words"]),
    st.sampled_from([str, str.upper, str.title]),
    st.sampled_from(["NFC", "NFD"]),
    st.sampled_from(["", "\u200b", "\u00ad", "\u200d", "\ufeff"]),
    st.sampled_from([" ", "\u00a0", "\u2009", "  "]),
)


@given(st.lists(SPELLINGS, min_size=2, max_size=12))
def test_spellings_are_classes_of_what_one_sees(parts):
    texts, names = [], []
    for name, case, form, mark, blank in parts:
        written = case(name).replace(" ", blank)
        texts.append(unicodedata.normalize(form, written[:2] + mark + written[2:]))
        names.append(name)
    encoder = TargetEncoder("multiclass", sorted(set(names)), fold=True)
    expected = [sorted(set(names)).index(name) for name in names]
    assert encoder.encode(texts).tolist() == expected


def test_columns_take_equal_texts_for_one_value():
    values = ["caf\u00e9", "cafe\u0301", "\u200bcaf\u00e9\ufeff", "\u2003caf\u00e9 "]
    assert read_distinct(values).tokens.to_pylist() == ["caf\u00e9"]
    blank = read_distinct(["\u200b", "\ufeff ", "\u00a0", "\u00ad", "x"])
    assert blank.codes.tolist() == [-1, -1, -1, -1, 0]
    # A joiner at the end of a word may be a part of it.
    assert read_distinct(["\u0d28\u0d4d\u200d"]).tokens.to_pylist() == [
        "\u0d28\u0d4d\u200d"
    ]


@pytest.mark.parametrize("other", ["Zell\u00adstoff", "Zell\u200bstoff"])
def test_values_of_columns_that_look_alike_are_told(other):
    for values in (["Zellstoff", "Holz", other], [other, "Zellstoff", "Holz"]):
        _, notes = found(values, "wood")
        assert "Values of 'wood' that differ in characters without width only" in notes
        assert repr(other) in notes
    _, notes = found([other, "Holz"], "wood")
    assert "without width" not in notes


def test_half_of_a_surrogate_pair_is_no_missing_value():
    known, _ = found(["\ud800", "a", "\udfff\ud83d\ude00"])
    assert known.schema.target.classes == ("a", "\ufffd", "\ufffd\U0001f600")
    assert known.schema.target.missing == 0


def test_a_class_has_a_name_that_can_be_typed():
    known, _ = found(["y\u200bes"] * 3 + ["yes", "no"])
    assert known.schema.target.classes == ("no", "yes")
    known, _ = found(["y\u200bes", "no"])
    assert known.schema.target.classes == ("no", "y\u200bes")
