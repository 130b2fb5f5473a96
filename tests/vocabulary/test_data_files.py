"""Parquet and CSV files are counted as the same values in memory are."""

import builtins
import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from damage import COUNT, check_damage

import hotrow

pytestmark = pytest.mark.once

WORDS = ["b", "a", "b", None, "it's", "\u00e9", "B", 'say "x"', "", "\0"]
from_files = hotrow.Vocabulary.from_files


@pytest.fixture
def parquet(tmp_path):
    for part in range(2):
        table = pa.table({'the "word"': WORDS[part::2], "n": range(5)})
        pq.write_table(table, tmp_path / f"part{part}.parquet")
    return str(tmp_path / "*.parquet")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"min_count": 2},
        {"max_size": 4},
        {"reserve_padding": False, "reserve_oov": False},
        {"lowercase": True, "min_count": 2},
        {"normalize": "NFD", "max_size": 5},
    ],
    ids=repr,
)
def test_parquet(parquet, settings):
    vocab = from_files(parquet, 'the "word"', **settings)
    assert vocab == hotrow.Vocabulary.fit(WORDS, **settings)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([3, 1, 3, None], pa.int16()),
        pa.array([2**63 - 1, -(2**63), 0]),
        pa.array([2.0, None, 2.0, 1.0]),
        pa.array([np.nan, 2.0, None, np.nan, 1.0]),
        pa.array([np.nan, 2.0], pa.float32()),
        pa.array([True, False, True]),
        pa.array([b"a", b"b", b"a"]),
        pa.array(["x", "y", "x"]).dictionary_encode(),
        pa.array([None, None], pa.string()),
    ],
    ids=lambda values: str(values.type),
)
def test_types_of_columns(tmp_path, values):
    pq.write_table(pa.table({"c": values}), tmp_path / "a.parquet")
    found = from_files(tmp_path / "a.parquet", "c")
    assert found == hotrow.Vocabulary.fit(values)
    most = from_files(tmp_path / "a.parquet", "c", max_size=3)
    assert most == hotrow.Vocabulary.fit(values, max_size=3)


@pytest.mark.parametrize(
    ("lines", "tokens"),
    [
        (["1"] * 30_000 + ["x"], ["1", "x"]),
        (["2020-01-02", "2020-01-01", "2020-01-02"], ["2020-01-02", "2020-01-01"]),
        (["12:30"], ["12:30"]),
        (["007", "7", "007"], ["007", "7"]),
        ([str(2**63), "1", "1"], ["1", str(2**63)]),
        (["7", "5", "7"], [7, 5]),
    ],
    ids=["words below numbers", "dates", "times", "codes", "large", "integers"],
)
def test_columns_of_csv_files_that_duckdb_takes_for_more(tmp_path, lines, tokens):
    (tmp_path / "a.csv").write_text("\n".join(["c,n", *(f"{x},1" for x in lines), ""]))
    assert from_files(tmp_path / "a.csv", "c").tokens.to_pylist() == tokens


def test_csv(tmp_path):
    for part in range(3):
        frame = pd.DataFrame({"city": ["Oslo", "Paris", f"City {part}"], "n": 1})
        frame.to_csv(tmp_path / f"{part}.csv", index=False)
    frame.to_csv(tmp_path / "more.csv.gz", index=False)
    vocab = from_files([tmp_path / "?.csv", tmp_path / "more.csv.gz"], "city")
    expected = ["Oslo", "Paris", "City 2", "City 0", "City 1"]
    assert vocab.tokens.to_pylist() == expected


def test_a_path_that_looks_like_a_pattern_or_sql(tmp_path):
    path = tmp_path / "it's [1].parquet"
    pq.write_table(pa.table({"c": ["a"]}), path)
    assert from_files(path, "c").tokens.to_pylist() == ["a"]


def test_more_than_memory_goes_to_disk(tmp_path):
    keys = np.random.default_rng(0).integers(0, 2**40, 300_000)
    words = pa.array([f"a rather long token of the number {key}" for key in keys])
    pq.write_table(pa.table({"c": words}), tmp_path / "a.parquet")
    vocab = from_files(tmp_path / "a.parquet", "c", memory_limit="40MB")
    assert vocab == hotrow.Vocabulary.fit(words)


@pytest.mark.parametrize("name", ["x.parquet", "x.csv.gz"])
def test_a_damaged_file_of_data_is_named(tmp_path, name):
    path = tmp_path / name
    if name == "x.parquet":
        pq.write_table(pa.table({"city": ["Oslo", "Rome"] * 20}), path)
    else:
        path.write_bytes(gzip.compress(b"city\n" + b"Oslo\nRome\n" * 20))
    check_damage(
        path,
        read=lambda: from_files(path, "city"),
        is_same=lambda vocab: True,  # Such files have no digest.
        says=name,
        count=COUNT // 10,
    )


def test_errors(parquet, tmp_path, monkeypatch):
    with pytest.raises(
        ValueError,
        match=r"no column 'word' in .*part1.parquet', as .* 'the \"word\"', 'n",
    ):
        from_files(parquet, "word")
    with pytest.raises(ValueError, match=r"No file is found at .*none\*.csv"):
        from_files(str(tmp_path / "none*.csv"), "word")
    with pytest.raises(ValueError, match="`memory_limit` must be a size"):
        from_files(parquet, "n", memory_limit="lots")
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(ValueError, match=r"must end in .parquet, .csv"):
        from_files(tmp_path / "a.json", "n")
    (tmp_path / "b.csv").write_text("n\n1\n")
    with pytest.raises(ValueError, match="all Parquet or all CSV"):
        from_files([parquet, tmp_path / "b.csv"], "n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(ValueError, match=r"DuckDB cannot read .*bad.parquet"):
        from_files(tmp_path / "bad.parquet", "n")

    plain = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "duckdb":
            raise ImportError(name)
        return plain(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'hotrow\[duckdb\]'"):
        from_files(parquet, "n")
