"""Counting is a sum: parts may be counted anywhere and added up."""

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hotrow
from hotrow_vocabulary import counting

pytestmark = pytest.mark.once

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
VALUES = st.lists(TEXT) | st.lists(st.integers(-9, 9))


def as_dict(table):
    tokens = table["token"].to_pylist()
    assert len(set(tokens)) == len(tokens)
    return dict(zip(tokens, table["count"].to_pylist(), strict=True))


@given(VALUES)
def test_counts_are_those_of_a_counter(values):
    assert as_dict(hotrow.count(values)) == Counter(values)


@given(VALUES, st.integers(1, 5))
def test_merging_counts_equals_counting_once(values, parts):
    tables = [hotrow.count(values[i::parts]) for i in range(parts)]
    sums = counting.CountSum()
    for table in tables:
        sums.add(table)
    assert as_dict(sums.table()) == Counter(values)
    vocab = hotrow.Vocabulary.from_counts(tables)
    assert vocab == hotrow.Vocabulary.fit(values)


def test_many_batches_are_merged_on_the_way(monkeypatch):
    monkeypatch.setattr(counting, "_WAITING", 10)
    values = np.random.default_rng(0).integers(0, 50, 2000)
    table = hotrow.count(iter(np.split(values, 100)))
    assert as_dict(table) == Counter(values.tolist())


@pytest.mark.parametrize(
    "make",
    [
        lambda t: t,
        lambda t: t.to_pandas(),
        pl.from_arrow,
        lambda t: t.select(["count", "token"]),
        lambda t: pa.table({"token": t["token"], "count": t["count"].cast("uint8")}),
        lambda t: as_dict(t),
        lambda t: [t.slice(0, 1), t.slice(1)],
        lambda t: (part for part in [t.slice(0, 2), t.slice(2)]),
    ],
)
def test_every_form_of_counts(make):
    table = hotrow.count(list("abracadabra"))
    assert hotrow.Vocabulary.from_counts(make(table)) == hotrow.Vocabulary.fit(
        list("abracadabra")
    )


def test_parquet_and_back(tmp_path):
    for part, word in enumerate(["abra", "cadabra"]):
        pq.write_table(hotrow.count(list(word)), tmp_path / f"{part}.parquet")
    tables = [pq.read_table(path) for path in sorted(tmp_path.iterdir())]
    vocab = hotrow.Vocabulary.from_counts(tables, min_count=2)
    assert vocab.tokens.to_pylist() == ["a", "b", "r"]


def test_a_table_with_a_token_twice_and_a_missing_one():
    frame = pd.DataFrame({"token": ["a", "b", None, "a"], "count": [1, 3, 9, 4]})
    vocab = hotrow.Vocabulary.from_counts(frame)
    assert vocab.tokens.to_pylist() == ["a", "b"]


def test_rules_apply_before_the_sum():
    counts = {"A": 2, "a": 2, "b": 3}
    vocab = hotrow.Vocabulary.from_counts(counts, lowercase=True)
    assert vocab.tokens.to_pylist() == ["a", "b"]
    table = hotrow.count(["A", "a"], lowercase=True)
    assert as_dict(table) == {"a": 2}


def test_counts_beyond_32_bits_are_exact():
    parts = [{"a": 2**31, "b": 2**53}, {"a": 2**31, "b": 1}, {"b": 2**53}]
    sums = counting.CountSum()
    for part in parts:
        sums.add(counting.add_counts(part, counting.Rules()))
    assert as_dict(sums.table()) == {"a": 2**32, "b": 2**54 + 1}
    with pytest.raises(ValueError, match=r"add up to less than 2\*\*63"):
        hotrow.Vocabulary.from_counts([{"a": 2**62}, {"a": 2**62}])


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (pa.table({"token": ["a"], "n": [1]}), r"columns \['token', 'n'\]"),
        ({"a": 0}, "missing or below 1"),
        ({"a": -1}, "missing or below 1"),
        ({"a": 1.5}, "counts of type double"),
        ([["a", 1]], "an object of type list"),
    ],
)
def test_errors(counts, message):
    with pytest.raises(ValueError, match=f"Counts are a table .*{message}"):
        hotrow.Vocabulary.from_counts(counts)
