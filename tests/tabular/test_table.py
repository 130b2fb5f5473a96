"""Tables are read as they are written, and errors say where what is wrong."""

import gzip
import os

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from table_files import arrow, people, rows_of, write_csv

from hotrow.tabular.csv_table import CsvTable
from hotrow.tabular.errors import TableError
from hotrow.tabular.table import open_table

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
    for source in (table, polars, columns, tmp_path / "t.parquet"):
        assert rows_of(open_table(source)) == columns
    assert rows_of(open_table(pandas)) == {**columns, "a": [1.0, 2.0, None]}
    assert open_table(polars).title == "the polars DataFrame"
    assert open_table(columns).title == "the dict"


def test_mixed_types_are_text():
    frame = pd.DataFrame({"a": [1, "x", None, 2.5]})
    assert rows_of(open_table(frame)) == {"a": ["1", "x", None, "2.5"]}


def test_names_that_are_no_text():
    frame = pd.DataFrame(np.zeros((2, 2)))
    assert open_table(frame).names == ["0", "1"]


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
        (b"a,b,a\n1,2,3\n", r"2 columns with the name 'a': columns 1 and 3"),
        (b"a,a \n1,2\n", r"2 columns with the name 'a'"),
        (b",b\n1,2\n", r"Column 1 of t.csv has no name.*index=False"),
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
    fails(tmp_path, "t.xlsx", b"x", r"ends in \.csv, .*Rename it")
    fails(tmp_path, "t.csv.gz", b"a,b\n1,2\n", r"t.csv.gz' cannot be read")
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
        ([], "a list of one path or more"),
        ([1, 2], "a list of one path or more"),
        ({}, "has no columns"),
        ({"a": []}, "has columns and no rows"),
        ({"a": [1], "b": [1, 2]}, "'a' with 1 rows and 'b' with 2"),
        ({"a": 1}, "must be a column"),
        ({"a": np.zeros((2, 2))}, "must be one column"),
        (pa.table([[1], [2]], names=["a", "a"]), "2 columns with the name 'a'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "2 columns with the name 'a'"),
    ],
    ids=range(10),
)
def test_what_is_wrong_with_frames(source, match):
    with pytest.raises(TableError, match=match):
        open_table(source)


def test_what_is_wrong_with_arguments(tmp_path):
    path = write_csv(tmp_path / "t.csv", NAMES)
    with pytest.raises(TableError, match="no encoding 'latin-77'"):
        open_table(path, encoding="latin-77")
    with pytest.raises(TableError, match="one ASCII character"):
        open_table(path, delimiter=", ")
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
