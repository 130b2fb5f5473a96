"""Tables in workbooks, JSON and Feather files."""

import datetime
import gzip
import json

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pytest
from table_files import rows_of
from workbooks import write_ods, write_xlsx

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.open_table import open_table

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _fixed_state():
    """In place of the shared one: clearing Keras's state after each test is slow."""


AB = [["a", "b"], [1, "x"], [2.5, "y"]]
EXPECTED = {"a": [1.0, 2.5], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("write", "name"), [(write_xlsx, "t.xlsx"), (write_ods, "t.ods")]
)
def test_a_workbook(tmp_path, write, name):
    path = write(tmp_path / name, {"Sheet 1": AB})
    table = open_table(path)
    assert rows_of(table) == EXPECTED
    assert table.notes == []
    assert table.title == name
    assert table.place(1) == f"row 3 of {name}"


def test_what_cells_hold(tmp_path):
    day = datetime.date(2020, 1, 31)
    rows = [
        ["day", "whole", "mixed", "flag", "none"],
        [day, 7, "x", True, None],
        [day, 8, 3, False, None],
    ]
    path = write_xlsx(tmp_path / "t.xlsx", {"s": rows})
    assert rows_of(open_table(path)) == {
        "day": [day, day],
        "whole": [7, 8],
        "mixed": ["x", "3"],
        "flag": [True, False],
        "none": [None, None],
    }


def test_which_sheet(tmp_path):
    sheets = {"empty": [], "Notes": [["hello"]], "Data": AB}
    path = write_xlsx(tmp_path / "t.xlsx", sheets)
    assert rows_of(open_table(path, sheet="Data")) == EXPECTED
    assert rows_of(open_table(path, sheet=3)) == EXPECTED
    with pytest.raises(TableError, match="no sheet 'data'"):
        open_table(path, sheet="data")
    path = write_xlsx(tmp_path / "t.xlsx", {"empty": [], "Data": AB, "Notes": [["x"]]})
    table = open_table(path)
    assert rows_of(table) == EXPECTED
    assert "has 2 sheets, 'Data', 'Notes': 'Data' is read" in table.notes[0]


def test_titles_and_empty_places_of_a_sheet(tmp_path):
    rows = [
        ["Report of 2020"],
        [],
        [None, "a", "b", None, "c"],
        [None, 1, "x", None, 3],
        [],
        [None, 2.5, "y", None, 4],
    ]
    table = open_table(write_xlsx(tmp_path / "t.xlsx", {"s": rows}))
    content = rows_of(table)
    assert {name: content[name] for name in "abc"} == {**EXPECTED, "c": [3, 4]}
    assert "1 row above the header" in table.notes[0]
    rows = [["x", "y", "z"], *AB]
    table = open_table(write_xlsx(tmp_path / "t.xlsx", {"s": rows}), header=2)
    assert rows_of(table) == EXPECTED
    table = open_table(write_xlsx(tmp_path / "t.xlsx", {"s": AB[1:]}), names=["a", "b"])
    assert rows_of(table) == EXPECTED


def test_workbooks_that_will_not_do(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "t.xlsx", {"s": [["a", "b"]]})
    with pytest.raises(TableError, match="has a header and no rows"):
        open_table(path)
    with pytest.raises(TableError, match="no sheet has a cell"):
        open_table(write_xlsx(tmp_path / "t.xlsx", {"s": []}))
    with pytest.raises(TableError, match="`delimiter` is for CSV files"):
        open_table(path, delimiter=";")
    # As Excel writes a workbook with a password, and one of 1997.
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(TableError, match="cannot be read as a workbook"):
        open_table(path)
    write_xlsx(path, {"s": AB})
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(TableError, match=r"pip install 'hotrow\[excel\]'"):
        open_table(path)


@pytest.mark.parametrize(
    "content",
    [
        [{"a": 1, "b": "x"}, {"a": 2.5, "b": "y"}],
        {"data": [{"a": 1, "b": "x"}, {"a": 2.5, "b": "y"}]},
        {"a": [1, 2.5], "b": ["x", "y"]},
        {"a": {"0": 1, "1": 2.5}, "b": {"0": "x", "1": "y"}},
    ],
)
def test_json(tmp_path, content):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(content))
    assert rows_of(open_table(path)) == EXPECTED
    assert open_table(path).title == "t.json"


def test_json_lines(tmp_path):
    path = tmp_path / "t.jsonl.gz"
    lines = '{"a": 1, "b": "x"}\n\n{"b": "y", "c": 3}\n'
    path.write_bytes(gzip.compress(lines.encode()))
    assert rows_of(open_table(path)) == {
        "a": [1, None],
        "b": ["x", "y"],
        "c": [None, 3],
    }
    for text, match in (
        ('{"a": 1}\n{"a": \n', "Line 2 of t.json is no JSON"),
        ("[1, 2]", "holds no records"),
        ("[]", "holds no records"),
    ):
        (tmp_path / "t.json").write_text(text)
        with pytest.raises(TableError, match=match):
            open_table(tmp_path / "t.json")


def test_feather(tmp_path):
    path = tmp_path / "t.feather"
    for write in (
        pd.DataFrame(EXPECTED).to_feather,
        pl.DataFrame(EXPECTED).write_ipc,
        lambda path: feather.write_feather(pa.table(EXPECTED), path, chunksize=1),
    ):
        write(path)
        assert rows_of(open_table(path)) == EXPECTED
        assert rows_of(open_table(path), ["b"]) == {"b": ["x", "y"]}
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(TableError, match="It is not whole"):
        open_table(path)
    path.write_text("a,b\n1,x\n")
    with pytest.raises(TableError, match=r"cannot be read as Feather.*rename it"):
        open_table(path)


def test_lines_of_json_end_where_json_ends_them(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(
        '{"a": "x\u2028y"}\r\n{"a": "z\x85"}\r{"a": "\x7f"}\n', "utf-8", newline=""
    )
    assert rows_of(open_table(path)) == {"a": ["x\u2028y", "z\x85", "\x7f"]}


def test_names_in_json_are_text(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('[{" a\\ud800": "x\\ud800", "\\u200bb": 2}]')
    assert rows_of(open_table(path)) == {"a\ufffd": ["x\ufffd"], "b": [2]}
    path.write_text('[{"a": 1, " a": 2}]')
    with pytest.raises(TableError, match="has 2 columns with the name 'a'"):
        open_table(path)


@pytest.mark.parametrize("content", ["[" * 100_000, '[{"a": 1}]\n' + "[" * 100_000])
def test_json_that_is_nested_too_deeply_is_an_error(tmp_path, content):
    path = tmp_path / "t.json"
    path.write_text(content)
    with pytest.raises(TableError, match=r"t\.json (holds no rec|is no JSON)"):
        open_table(path)
