"""Tables are read as they are written, and errors say where what is wrong."""

# ruff: noqa: E501

import gzip
import os
from datetime import date
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from table_files import arrow, people, rows_of, write_csv

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.csv_table import CsvTable
from hotrow.tabular.reading.frames import with_target
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.values.values import read_distinct

pytestmark = pytest.mark.once

NAMES = {"a": ["1", "é", ""], "b": ['say "x", y', "two\nlines", " 3 "]}


@pytest.fixture(autouse=True)
def _fixed_state():
    """In place of the shared one: clearing Keras's state after each test is slow."""


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("latin-1", "latin-1"),
        ("cp1252", "cp1252"),
        ("utf-16-le", "utf-16-le"),
    ],
)
def test_encodings(tmp_path, encoding, named):
    path = write_csv(tmp_path / "t.csv", NAMES, encoding=encoding)
    table = open_table(path, encoding=named)
    assert table.names == ["a", "b"]
    assert table.title == "t.csv"
    assert rows_of(table) == NAMES


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "#"])
def test_delimiters(tmp_path, delimiter):
    path = write_csv(tmp_path / "t.csv", NAMES, delimiter=delimiter)
    table = open_table(path, delimiter="#" if delimiter == "#" else None)
    assert rows_of(table) == NAMES


def test_a_delimiter_in_a_quoted_name_is_not_counted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('"a;b;c;d",x\n1,2\n')
    assert open_table(path).names == ["a;b;c;d", "x"]


def test_a_tsv_has_tabs(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("a,b\tc,d\n1,2\t3\n")
    assert rows_of(open_table(path)) == {"a,b": ["1,2"], "c,d": ["3"]}


def test_all_of_a_csv_is_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,007\nx,2020-01-01\n")
    assert rows_of(open_table(path)) == {"a": ["1", "x"], "b": ["007", "2020-01-01"]}


def test_compressed(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert rows_of(open_table(path)) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    "text",
    ["\n\na,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\n1,2", "a,b\n\n1,2\n\n", " a , b \n1,2"],
    ids=repr,
)
def test_blank_lines_and_ends(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    assert rows_of(open_table(path)) == {"a": ["1"], "b": ["2"]}


def test_a_name_with_a_newline(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('"a\nname",b\n1,2\n')
    assert rows_of(open_table(path)) == {"a\nname": ["1"], "b": ["2"]}


def test_several_files(tmp_path):
    for part in range(2):
        write_csv(tmp_path / f"{part}.csv", {"a": [part], "b": ["x"]})
    paths = [tmp_path / "0.csv", str(tmp_path / "1.csv")]
    table = open_table(paths)
    assert rows_of(table) == {"a": ["0", "1"], "b": ["x", "x"]}
    assert table.title == "0.csv and 1 more"
    assert table.place(0) == "row 2 of 0.csv"
    assert table.place(1) == "row 2 of 1.csv"
    write_csv(tmp_path / "1.csv", {"a": [1], "c": ["x"]})
    with pytest.raises(TableError, match=r"of 0.csv and 1.csv differ.*no column 'b'"):
        open_table(paths)
    write_csv(tmp_path / "1.csv", {"b": [1], "a": ["x"]})
    with pytest.raises(TableError, match="another order"):
        open_table(paths)
    pq.write_table(pa.table({"a": [1]}), tmp_path / "1.parquet")
    with pytest.raises(TableError, match="all CSV or all Parquet"):
        open_table([paths[0], tmp_path / "1.parquet"])


def test_some_columns_in_another_order(tmp_path):
    columns = people(50)
    path = write_csv(tmp_path / "t.csv", columns)
    names = ["note", "age"]
    batch = next(open_table(path).batches(names))
    assert batch.schema.names == names
    pq.write_table(arrow(columns), tmp_path / "t.parquet")
    batch = next(open_table(tmp_path / "t.parquet").batches(names))
    assert batch.schema.names == names
    assert batch["age"].to_pylist() == columns["age"]
    batch = next(open_table(arrow(columns)).batches(names))
    assert batch.schema.names == names


def test_frames_have_the_same_rows(tmp_path):
    columns = {"a": [1, 2, None], "b": ["x", None, "y"], "c": [True, False, True]}
    table = arrow(columns)
    pq.write_table(table, tmp_path / "t.parquet")
    polars = pl.from_arrow(table)
    pandas = pd.DataFrame(columns)
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]
    for source in (table, polars, columns, rows, tmp_path / "t.parquet"):
        assert rows_of(open_table(source)) == columns
    assert rows_of(open_table(pandas)) == {**columns, "a": [1.0, 2.0, None]}
    assert rows_of(open_table(polars.lazy())) == columns
    assert rows_of(open_table(ds.dataset(table))) == columns
    assert open_table(polars).title == "the polars DataFrame"
    assert open_table(columns).title == "the dict"


TYPES = {
    "sparse": (pd.arrays.SparseArray([0.0, 0.0, np.nan, 2.5]), ["0", "0", None, "2.5"]),
    "nullable": (pd.array([1, None, 3, 4], "Int64"), ["1", None, "3", "4"]),
    "booleans": (pd.array([True, None, False, True], "boolean"), ["True", None, "False", "True"]),
    "categories": (pd.Categorical(["x", None, "y", "x"]), ["x", None, "y", "x"]),
    "integer categories": (pd.Categorical([1, None, 2, 1]), ["1", None, "2", "1"]),
    "intervals": (pd.cut([1, 2, 3, 9], [0, 2, 9]), ["(0, 2]", "(0, 2]", "(2, 9]", "(2, 9]"]),
    "periods": (pd.period_range("2020-01", periods=4, freq="M"), [f"2020-0{k}" for k in range(1, 5)]),
    "decimals": ([Decimal("1.5"), None, Decimal("NaN"), Decimal(3)], ["1.5", None, None, "3"]),
    "large": ([2**64 - 1, 1, 2], ["18446744073709551615", "1", "2"]),
    "larger": ([10**30, 1, None, 2], [f"1{'0' * 30}", "1", None, "2"]),
    "halves": (np.array([1, 2.5, np.nan, 3], "float16"), ["1", "2.5", None, "3"]),
    "uuids": ([UUID(int=k) for k in range(4)], [str(UUID(int=k)) for k in range(4)]),
    "dates": ([date(2020, 1, 2), None, pd.NaT, date(2020, 1, 3)], ["2020-01-02", None, None, "2020-01-03"]),
    "polars enums": (pl.Series(["x", None, "y", "x"], dtype=pl.Enum(["x", "y"])), ["x", None, "y", "x"]),
    "polars objects": (pl.Series([1, None, 2, 3], dtype=pl.Object), ["1", None, "2", "3"]),
    "polars large": (pl.Series([1, None, 2, 3], dtype=pl.Int128), ["1", None, "2", "3"]),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPES)
def test_types(name):
    values, expected = TYPES[name]
    source = pl.DataFrame if isinstance(values, pl.Series) else pd.DataFrame
    for frame in ({"a": values}, source({"a": values})):
        batch = next(open_table(frame).batches())
        assert read_distinct(batch["a"]).texts().to_pylist() == expected


def test_mixed_types_are_text():
    frame = pd.DataFrame({"a": [1, "x", None, 2.5]})
    assert rows_of(open_table(frame)) == {"a": ["1", "x", None, "2.5"]}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (range(2), ["0", "1"]),
        (["a ", " b"], ["a", "b"]),
        (pd.MultiIndex.from_tuples([("a", "x"), ("a", "")]), ["a_x", "a"]),
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), None),
    ],
)
def test_names_that_are_no_plain_text(names, expected):
    frame = pd.DataFrame([[1, 2]], columns=names)
    expected = list(map(str, names)) if expected is None else expected
    assert rows_of(open_table(frame)) == {expected[0]: [1], expected[1]: [2]}


def test_columns_are_found_by_their_names():
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_product([["a"], [0, 1]]))
    table = open_table(frame)
    assert table.column(("a", 1)) == "a_1"
    assert table.column(" a_0 ") == "a_0"
    assert open_table(pd.DataFrame([[1]])).column(0) == "0"


FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=[5, 7])


@pytest.mark.parametrize(
    ("source", "target", "name"),
    [
        (FRAME, pd.Series(["u", "v"], [5, 7], name="c"), "c"),
        (FRAME, FRAME["b"], "b"),
        (FRAME, FRAME[["b"]].rename(columns={"b": "c"}), "c"),
        (FRAME, ["u", "v"], "target"),
        (FRAME, np.array(["u", "v"]), "target"),
        (pl.DataFrame({"a": [1, 2]}), pl.Series("c", ["u", "v"]), "c"),
        ({"a": [1, 2]}, pa.array(["u", "v"]), "target"),
    ],
    ids=range(7),
)
def test_a_target_of_values(source, target, name):
    table, found = with_target(source, target)
    assert found == name
    rows = rows_of(table)
    assert rows["a"] == [1, 2]
    assert rows[name] in (["u", "v"], ["x", "y"])


@pytest.mark.parametrize(
    ("source", "target", "match"),
    [
        ("t.csv", ["u", "v"], "values of a target go with a frame in memory"),
        (FRAME, pd.Series(["u", "v"], [7, 5]), "has another index than the frame"),
        (FRAME, pd.Series(["x", "z"], [5, 7], name="b"), "another column 'b' than"),
        (FRAME, FRAME, "one column. Received: a frame of 2"),
        (FRAME, ["u"], "'a' with 2 rows and 'target' with 1"),
    ],
    ids=range(5),
)
def test_a_target_of_values_that_will_not_do(source, target, match):
    with pytest.raises(TableError, match=match):
        with_target(source, target)


def test_a_target_that_is_a_name():
    for target in ("a", ("a", "b"), 0):
        assert with_target(FRAME, target)[1] == target


def fails(tmp_path, name, content, match, **settings):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableError, match=match) as caught:
        list(open_table(path, **settings).batches())
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"t.csv' is empty"),
        (b"\n \n", r"is blank"),
        (b"a,b\n", r"t.csv has a header and no rows"),
        (b"a,b", r"has a header and no rows"),
        (b"a,b\n\n\n", r"has a header and no rows"),
        (b"a,b\n1,2\n1\n", r"Row 3 of t.csv has 1 field, and the header has 2.*'1'"),
        (b"a,b\n1,2,3\n", r"Row 2 of t.csv has 3 fields, and the header has 2"),
        (b'a,b\n"1\n1",2\n1,2,3\n', r"Row 3 of t.csv has 3 fields"),
        (b"a,b\n1,\xff\n", r"Line 2 of t.csv is not UTF-8 \(byte 0xff\).*latin-1"),
        (b"a\xe9,b\n1,2\n", r"Line 1 of t.csv is not UTF-8"),
        (b"a\0,b\0\n\0", r"is no text: its first line holds zero bytes"),
        (
            b'a,b\n1,"x\n2,3\n',
            r"last field of t.csv .* never closed, and holds 2 lines",
        ),
        (b'a,b\n"1,2\n2,3\n', r"Row 2 of t.csv has 1 field"),
        (b'a,b\n1,"' + b"x" * 13_000_000, r"longer than 4 MB.*never closed"),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else None,
)
def test_what_is_wrong_with_a_csv(tmp_path, content, match):
    fails(tmp_path, "t.csv", content, match)


def test_a_bad_row_far_below(tmp_path):
    content = b"a,b\n" + b"1,2\n" * 1_500_000
    fails(tmp_path, "t.csv", content + b"1,2,3\n", r"Row 1500002 of t.csv has 3 fields")
    fails(tmp_path, "t.csv", content + b"1,\xff\n", r"Line 1500002 of t.csv is not UTF")


def test_what_is_wrong_with_other_files(tmp_path, monkeypatch):
    fails(tmp_path, "t.parquet", b"PAR1 and no more", r"cannot be read as Parquet")
    fails(tmp_path, "t.xlsx", b"x", r"no workbook that can be read.*Save it as .xlsx")
    cut = gzip.compress(os.urandom(5000).hex().encode())[:-100]
    fails(tmp_path, "t.csv.gz", cut, r"t.csv.gz' cannot be read")
    with pytest.raises(TableError, match=r"is a folder, and a table is a file"):
        open_table(tmp_path)
    with pytest.raises(TableError, match=r"There is no file .*no\.csv"):
        open_table(tmp_path / "no.csv")

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(TableError, match=r"may not be read: permission denied"):
        open_table(tmp_path / "t.csv.gz")


def test_a_parquet_that_is_broken_below(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(arrow(people(3000)), path)
    content = bytearray(path.read_bytes())
    content[1000:3000] = bytes(2000)
    path.write_bytes(content)
    with pytest.raises(TableError, match=r"t.parquet' cannot be read as Parquet"):
        list(open_table(path).batches())


@pytest.mark.parametrize(
    ("source", "match"),
    [
        (7, "Received: an object of type int"),
        ([], "an empty list. Of files, pass one path or more"),
        ([1, 2], "a list of one path or more"),
        ({}, "has no columns"),
        ({"a": []}, "has columns and no rows"),
        ({"a": [1], "b": [1, 2]}, "'a' with 1 rows and 'b' with 2"),
        ({"a": 1}, "must be a column"),
        ({"a": np.zeros((2, 2))}, "must be one column"),
        (np.zeros((2, 3)), r"an array of shape \(2, 3\). Pass a dict"),
        (pd.Series([1]), "a Series, which is one column"),
        (pa.table([[1], [2]], names=["a", "a"]), "2 columns with the name 'a'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "2 columns with the name 'a'"),
    ],
    ids=range(12),
)
def test_what_is_wrong_with_frames(source, match):
    with pytest.raises(TableError, match=match):
        open_table(source)


def test_what_is_wrong_with_arguments(tmp_path):
    path = write_csv(tmp_path / "t.csv", NAMES)
    with pytest.raises(TableError, match="no encoding 'latin-77'"):
        open_table(path, encoding="latin-77")
    with pytest.raises(TableError, match=r"Line 3 of t.csv is not ASCII"):
        open_table(path, encoding="ascii")
    pq.write_table(arrow(NAMES), tmp_path / "t.parquet")
    with pytest.raises(TableError, match="`encoding` is for CSV"):
        open_table(tmp_path / "t.parquet", encoding="latin-1")
    with pytest.raises(TableError, match=r"no column 'A'. Did you mean 'a'"):
        open_table(path).require("A")


def test_rows_that_are_far_apart_are_never_together(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1234567890,1234567890\n" * 400_000)
    before = pa.total_allocated_bytes()
    rows = most = 0
    for batch in CsvTable([path], block=1 << 16).batches():
        rows += len(batch)
        most = max(most, pa.total_allocated_bytes() - before)
    assert rows == 400_000
    assert most < 4 << 20
