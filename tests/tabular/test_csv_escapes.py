"""Breaks in names, escaped delimiters, tabs in cells, and half of a surrogate pair."""

import csv
import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from table_files import rows_of

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading import csv_stream
from hotrow.tabular.reading.open_table import open_table

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _fixed_state():
    """In place of the shared one: clearing Keras's state after each test is slow."""


def read(folder, content, **reading):
    path = folder / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table = open_table(path, **reading)
    rows = rows_of(table)
    return rows, " ".join(table.notes)


def rows_as(names, rows):
    return {
        name: list(column)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


ROWS = [[str(k), f"c{k % 3}", str(k * 2)] for k in range(20)]


def text(names, rows=ROWS, delimiter=",", end="\n", above=""):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerows([names, *rows])
    return above + file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "names",
    [
        ["income{}(EUR)", "city", "x"],
        ["id", "income{}(EUR)", "x"],
        ["id", "city", "income{}(EUR)"],
        ["income{}in{}(EUR)", "city{}name", "x"],
        ["income{}(EUR), net;|\t", "city", "x"],
        ["id", "income,;|\t{}(EUR), net", "x"],
    ],
)
def test_a_name_with_a_break(tmp_path, names, delimiter, end):
    names = [name.replace("{}", end) for name in names]
    for above in ("", f"A title{end}"):
        found, _ = read(tmp_path, text(names, ROWS, delimiter, end, above))
        stripped = [name.strip() for name in names]
        assert found == rows_as(stripped, ROWS)


def test_a_title_with_a_quote_that_never_closes(tmp_path):
    found, notes = read(tmp_path, text(["a", "b", "c"], above='"Report Q1\n'))
    assert found == rows_as("abc", ROWS)
    assert "1 row above the header" in notes


@pytest.mark.parametrize("part", [1 << 20, 7, 30])
def test_a_header_of_several_lines_that_is_repeated(tmp_path, monkeypatch, part):
    monkeypatch.setattr(csv_stream, "PART", part)
    once = text(["id", "income\n(EUR)\nnet", "x"])
    found, notes = read(tmp_path, once * 3)
    assert found == rows_as(["id", "income\n(EUR)\nnet", "x"], ROWS * 3)
    assert "2 rows of t.csv repeat the header and are not read" in notes


NAMES = st.text(st.sampled_from('ab,;|\t "\n'), min_size=1, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES.map(str.strip).filter(bool), min_size=2, max_size=4, unique=True))
def test_any_names_that_are_quoted(tmp_path, names):
    rows = [[f"w{k}", *map(str, range(k, k + len(names) - 1))] for k in range(12)]
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
        [names, *rows]
    )
    found, _ = read(tmp_path, file.getvalue())
    assert found == rows_as(names, rows)


def escaped(value, delimiter=","):
    return value.replace("\\", "\\\\").replace(delimiter, f"\\{delimiter}")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "\x01"])
@pytest.mark.parametrize("share", [1, 2, 5])
def test_an_escaped_delimiter_is_text(tmp_path, delimiter, share):
    rows = [
        [a, f"x{delimiter}y\\ {b}" if k % share == 0 else b, c]
        for k, (a, b, c) in enumerate(ROWS)
    ]
    lines = [["a", "b", "c"], *rows]
    written = "".join(
        delimiter.join(escaped(cell, delimiter) for cell in line) + "\n"
        for line in lines
    )
    found, notes = read(tmp_path, written)
    assert found == rows_as("abc", rows)
    assert "with a backslash ahead of it is text in t.csv, as MySQL and Had" in notes
    found, notes = read(tmp_path, written, escape="\\", delimiter=delimiter)
    assert found == rows_as("abc", rows)
    assert "MySQL" not in notes


CELLS = st.text(st.sampled_from('ab,\\"'), max_size=6).filter(
    lambda cell: not cell.startswith('"')
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=9))
def test_any_cells_that_are_escaped(tmp_path, cells):
    # One row that only escapes explain.
    rows = [[str(k), *pair] for k, pair in enumerate([["x,y", "z"], *cells])]
    written = "".join(
        ",".join(map(escaped, row)) + "\n" for row in [["id", "b", "c"], *rows]
    )
    found, _ = read(tmp_path, written, quote="double")
    assert found == rows_as(["id", "b", "c"], rows)


def test_names_may_hold_escaped_delimiters(tmp_path):
    written = "a\\,x,b\n" + "".join(f"{k},x\\,y\n" for k in range(9))
    found, _ = read(tmp_path, written)
    assert list(found) == ["a,x", "b"]
    assert set(found["b"]) == {"x,y"}


def test_a_backslash_at_the_end_of_a_field_is_text(tmp_path):
    for written in ("a,b,c\n1,C:\\dir\\,z\n2,D:\\,y\n", 'a,b\n"C:\\",2\n"x",4\n'):
        found, notes = read(tmp_path, written)
        assert "MySQL" not in notes
        assert found["b" if "c" in found else "a"][0].endswith("\\")
    written = "a,b\n" + "".join(f"{k},x\\,y\n" for k in range(9))
    found, notes = read(tmp_path, written, escape="none")
    assert list(found) == ["Unnamed: 0", "a", "b"]
    assert "Unnamed" in notes


@pytest.mark.parametrize("mark", ["\t", "|", ";"])
@pytest.mark.parametrize("cell", ["{k}{mark}kg", "{k}{mark}{k}", "kg{mark}{k}"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_mark_in_each_cell_of_a_column_parts_nothing(tmp_path, mark, cell, place):
    rows = [list(row) for row in ROWS]
    for k, row in enumerate(rows):
        row[place] = cell.format(k=k, mark=mark)
    written = "".join(",".join(row) + "\n" for row in [["a", "b", "c"], *rows])
    found, _ = read(tmp_path, written)
    assert found == rows_as("abc", rows)


def test_commas_of_decimals_still_part_nothing(tmp_path):
    for above in ("", "Sales, 2020\n"):
        for delimiter in (";", "\t", "|"):
            rows = [[f"{k},5", f"{k % 7},1"] for k in range(20)]
            written = text(["a", "b"], rows, delimiter, above=above)
            found, _ = read(tmp_path, written)
            assert found == rows_as("ab", rows)


def test_a_tab_between_a_quote_and_a_delimiter(tmp_path):
    # https://github.com/python/cpython/issues/97611
    written = "Surname;First Name;Year\n" + '"\tDoe;Jane"\t;x;1971\n' * 5
    found, _ = read(tmp_path, written)
    assert [name.strip() for name in found["Surname"]] == ["Doe;Jane"] * 5
    assert found["Year"] == ["1971"] * 5


@pytest.mark.parametrize("place", [0, 20, 500_000])
@pytest.mark.parametrize(
    "bad", [b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xff"]
)
@pytest.mark.parametrize("end", [b"\n", b""])
def test_half_of_a_surrogate_pair_is_named_with_its_line(tmp_path, bad, place, end):
    with pytest.raises(
        TableError, match=rf"Line {place + 2} of t.csv is not UTF-8 \(byte 0x[ef]"
    ):
        read(tmp_path, b"a,b\n" + b"1,x\n" * place + b"3," + bad + end)


def test_a_letter_that_is_cut_at_the_end_is_named_with_its_line(tmp_path):
    with pytest.raises(TableError, match=r"Line 22 of t.csv is not UTF-8 .*'2,â.'"):
        read(tmp_path, b"a,b\n" + b"1,x\n" * 20 + b"2,\xe2\x82")


def test_half_of_a_surrogate_pair_in_utf7(tmp_path):
    with pytest.raises(TableError, match=r"Line 2 of t.csv is not UTF-7"):
        read(tmp_path, b"a,b\n1,+2AA-\n", encoding="utf-7")


def test_other_ends_of_lines_that_python_knows_end_none(tmp_path):
    for letter in "\x0b\x0c\x1c\x85\u2028\u2029":
        found, _ = read(tmp_path, f"a,b\n1,x{letter}y\n2,z{letter}z\n")
        assert found["b"] == [f"x{letter}y", f"z{letter}z"]
    with pytest.raises(TableError, match="never closed, and holds 2 lines"):
        read(tmp_path, 'a,b\n1,"x\n2,y\n')


def test_names_have_nothing_around_them_and_one_form(tmp_path):
    written = "\u200bcafe\u0301,\u00a0b\u200b,\ufeff\n1,x,3\n2,y,4\n"
    found, notes = read(tmp_path, written)
    assert list(found) == ["caf\u00e9", "b", "Unnamed: 2"]
    found, notes = read(tmp_path, "cafe\u0301,caf\u00e9\n1,x\n2,y\n")
    assert list(found) == ["caf\u00e9", "caf\u00e9.1"]
    assert "of the same name as another" in notes
    table = open_table({"\u200bcafe\u0301 ": [1]})
    assert table.names == ["caf\u00e9"]
    assert table.column("cafe\u0301") == "caf\u00e9"


def test_comments_of_several_fields_above_a_header(tmp_path):
    # https://github.com/pandas-dev/pandas/issues/38830
    above = "#Thermostat,1234\n#Zone,x,y,z,w\n"
    for end in ("", ","):
        rows = "".join(f"2020-12-{k:02},heat,{k}.5{end}\n" for k in range(1, 20))
        found, notes = read(tmp_path, f"{above}Date,Mode,Temp\n{rows}")
        assert list(found) == ["Date", "Mode", "Temp"]
        assert "2 rows above the header" in notes
    found, _ = read(tmp_path, "#id,name\n1,x\n2,y\n")
    assert list(found) == ["#id", "name"]


@pytest.mark.parametrize("part", [8, 13, 64])
def test_escapes_and_quotes_in_parts_of_a_file(tmp_path, monkeypatch, part):
    rng = random.Random(part)
    rows = [["7", "x,y", "z"]]
    for _ in range(200):
        row = []
        for _ in range(3):
            cell = "".join(rng.choice("ab,\n5\u00e9") for _ in range(rng.randint(0, 5)))
            row.append(cell + '" wide' * (cell.isalnum() and rng.random() < 0.2))
        rows.append(row)
    written = "id,b,c\n"
    for row in rows:
        cells = [
            '"' + cell.replace('"', '""') + '"' if "\n" in cell else escaped(cell)
            for cell in row
        ]
        written += ",".join(cells) + "\n"
    monkeypatch.setattr(csv_stream, "PART", part)
    found, _ = read(tmp_path, written)
    assert found == rows_as(["id", "b", "c"], rows)
