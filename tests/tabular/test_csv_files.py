"""CSV files as people have them: each is read right, or the error says what to do."""

# ruff: noqa: E501

import bz2
import csv
import gzip
import io
import lzma
import random
import time
import zipfile

import pyarrow as pa
import pytest
from table_files import rows_of

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.csv_stream import CsvStream
from hotrow.tabular.reading.csv_table import CsvTable
from hotrow.tabular.reading.open_table import open_table

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _fixed_state():
    """In place of the shared one: clearing Keras's state after each test is slow."""


def read(tmp_path, content, name="t.csv", **reading):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table = open_table(path, **reading)
    rows = rows_of(table)
    return rows, " ".join(table.notes)


AB = {"a": ["1", "3"], "b": ["2", "4"]}
# What is written, what it holds, and a part of the note, if there is one.
FILES = {
    # Quotes within quotes.
    "spark": ('a,b\n"say \\"hi\\" 1",2\n', {"a": ['say "hi" 1'], "b": ["2"]}, "Spark"),
    "spark, at the ends": ('a,b\n"\\"hi\\"","\\""\n', {"a": ['"hi"'], "b": ['"']}, "Spark"),
    "spark, with a delimiter": (
        'a,b\n"x\\", y",2\n"C:\\dir",\\n\n', {"a": ['x", y', "C:\\dir"], "b": ["2", "\\n"]},
        "Spark",
    ),
    "spark, escaped backslashes": (
        'a,b\n"x\\\\",2\n"\\"y\\"",3\n', {"a": ["x\\", '"y"'], "b": ["2", "3"]}, "Spark"
    ),
    "spark, json": (
        'a,b\n1,"{\\"k\\": [1, 2]}"\n', {"a": ["1"], "b": ['{"k": [1, 2]}']}, "Spark"
    ),
    "a folder of Windows": ('a,b\n"C:\\",2\n"x",4\n', {"a": ["C:\\", "x"], "b": ["2", "4"]}, None),
    "doubled": ('a,b\n"say ""hi""",2\n', {"a": ['say "hi"'], "b": ["2"]}, None),
    "inches": ('a,b\n5",2\n6" pipe,4\n', {"a": ['5"', '6" pipe'], "b": ["2", "4"]}, None),
    "quotes as text": (
        'a\tb\n"Hello" she said\t2\n"Well" he said\t4\n',
        {"a": ['"Hello" she said', '"Well" he said'], "b": ["2", "4"]}, "read as text",
    ),
    "quotes that swallow lines": (
        'id\tlabel\n1\t"Hello\n2\tWorld"\n3\tx\n',
        {"id": ["1", "2", "3"], "label": ['"Hello', 'World"', "x"]}, "read as text",
    ),
    "a quote that is never closed": (
        'id\tlabel\n1\ta\n2\t"b\n3\tc\n',
        {"id": ["1", "2", "3"], "label": ["a", '"b', "c"]}, "read as text",
    ),
    "lines within quotes": (
        'id\tlabel\n1\t"Dear you,\nhello"\n3\tx\n',
        {"id": ["1", "3"], "label": ["Dear you,\nhello", "x"]}, None,
    ),
    "lines and commas within quotes": (
        'id,label\n1,"Dear you\nhello, there"\n3,x\n',
        {"id": ["1", "3"], "label": ["Dear you\nhello, there", "x"]}, None,
    ),
    "single quotes": ("a,b\n'x, y',2\n'z',4\n", {"a": ["x, y", "z"], "b": ["2", "4"]}, "single"),
    "apostrophes": ("a,b\n'tis,2\nit's,4\n", {"a": ["'tis", "it's"], "b": ["2", "4"]}, None),
    "blanks ahead of quotes": (
        'a, b\n1, "x, y"\n3, "z"\n', {"a": ["1", "3"], "b": ["x, y", "z"]}, None
    ),
    "blanks behind quotes": ('a,b\n"1" ,2\n"3" ,4\n', {"a": ["1 ", "3 "], "b": ["2", "4"]}, None),
    "quoted header": ('"a","b"\n"1","2"\n"3","4"\n', AB, None),
    # Delimiters.
    "semicolons": ("a;b\n1;2\n3;4\n", AB, None),
    "semicolons, decimal commas": (
        "a;b\n1,5;2,5\n3,5;4,5\n", {"a": ["1,5", "3,5"], "b": ["2,5", "4,5"]}, None
    ),
    "semicolons, decimals, a title": (
        "Report\na;b\n1,5;2,5\n3,5;4,5\n", {"a": ["1,5", "3,5"], "b": ["2,5", "4,5"]},
        "1 row above the header of t.csv is not read: 'Report'",
    ),
    "tabs in a .csv": ("a\tb\n1\t2\n3\t4\n", AB, None),
    "bars in values of one column": ("a,b\nx|y,2\nz|w,4\n", {"a": ["x|y", "z|w"], "b": ["2", "4"]}, None),
    "two colons": ("a::b\n1::2\n3::4\n", AB, "'::'"),
    "control-A": ("a\x01b\n1\x012\n3\x014\n", AB, "told apart"),
    "blanks": ("a b\n1 2\n3 4\n", AB, "'whitespace'"),
    "blanks with a tab": (
        'n  a   b\tc\n1  1.5 2\t"x y"\n2  3   4\t"z w"\n',
        {"n": ["1", "2"], "a": ["1.5", "3"], "b": ["2", "4"], "c": ["x y", "z w"]}, "'whitespace'",
    ),
    "two words": ("full name\nJo Hill\nAl Poe\n", {"full name": ["Jo Hill", "Al Poe"]}, "has one column"),
    "runs of blanks": ("  a    b\n  1    2\n  3\t4 \n", AB, "'whitespace'"),
    "blanks and quotes": (
        '"a" "b"\n"x y" 2\n"z" 4\n', {"a": ["x y", "z"], "b": ["2", "4"]}, "'whitespace'"
    ),
    "write.table of R": (
        '"a" "b"\n"1" "say \\"hi\\"" 2\n"2" "z" 4\n"3" "w" 6\n',
        {"Unnamed: 0": ["1", "2", "3"], "a": ['say "hi"', "z", "w"], "b": ["2", "4", "6"]},
        "without a name",
    ),
    "write.csv2 of R": ('"";"a"\n"1";1,5\n"2";2,5\n', {"Unnamed: 0": ["1", "2"], "a": ["1,5", "2,5"]}, "without"),
    "ESTAT": (
        "freq,geo|x,v\nA,DE|1,2\nA,FR|2,3\n", {"freq": ["A", "A"], "geo|x": ["DE|1", "FR|2"], "v": ["2", "3"]},
        None,
    ),
    # What stands first.
    "sep=": ("sep=;\na;b\n1;2\n3;4\n", AB, None),
    "sep=, quoted": ('"sep=;"\r\na;b\r\n1;2\r\n3;4\r\n', AB, None),
    "sep=tab": ("SEP=\t\na\tb\n1\t2\n3\t4\n", AB, None),
    "sep=, with a mark": ("\ufeffsep=,\na,b\n1,2\n3,4\n", AB, None),
    "a comment": ("# made by a tool, 2020\na,b\n1,2\n3,4\n", AB, "not read: '# made by"),
    "comments": ("# one\n## two\n#\na,b\n1,2\n3,4\n", AB, "3 rows above"),
    "a comment with a quote": ('#"Comment\na\tb\n1\t2\n3\t4\n', AB, "above"),
    "a header with #": (
        "##version 4\n#CHROM\tPOS\n1\t2\n3\t4\n", {"#CHROM": ["1", "3"], "POS": ["2", "4"]},
        "1 row above",
    ),
    "a title": ("Sales of 2020\na,b\n1,2\n3,4\n", AB, "'Sales of 2020'"),
    "a title and a blank line": ("Sales of 2020\n\na,b\n1,2\n3,4\n", AB, "above"),
    "a header on line 3": ("Sales\nSource: us\na,b\n1,2\n3,4\n", AB, "2 rows above"),
    "titles with all delimiters": (
        "Sales of 2020,,\n,,\na,b,c\n1,2,x\n3,4,y\n", {**AB, "c": ["x", "y"]}, "2 rows above"
    ),
    "titles of two columns": ("Sales,\n,\na,b\n1,2\n3,4\n", AB, "above"),
    "a title with a quote": ('The 5" report\na,b\n1,2\n3,4\n', AB, "above"),
    "a title with commas": ("Sales, 2020, all\na,b\n1,2\n3,4\n", AB, "1 row above"),
    "keys and values": (
        "Station,Oslo\nHeight,94\n\nday,t,p\n1,2.5,x\n2,3.5,y\n3,1.5,z\n",
        {"day": ["1", "2", "3"], "t": ["2.5", "3.5", "1.5"], "p": ["x", "y", "z"]},
        "2 rows above",
    ),
    "the World Bank": (
        '"Source","Indicators",\n\n"Updated","2020-01-01",\n\n"Name","Code","1960","1970","1985",\n'
        '"A","a","1.5","","2",\n"B","b","2.5","","3",\n',
        {"Name": ["A", "B"], "Code": ["a", "b"], "1960": ["1.5", "2.5"], "1970": ["", ""], "1985": ["2", "3"]},
        "2 rows above",
    ),
    "dashes below the header": ("a,b\n--,---\n1,2\n3,4\n", AB, None),
    "units below the header": (
        "a,b\ns,m/s\n1,2\n3,4\n5,6\n7,8\n9,10\n",
        {"a": ["s", *"13579"], "b": ["m/s", "2", "4", "6", "8", "10"]},
        "1 row below the header of t.csv looks like a part of it",
    ),
    "thousands of comments": ("# x, y\n" * 3000 + "a,b\n1,2\n3,4\n", AB, "3000 rows above"),
    "thousands of titles": (
        "Some words, of old\nMore of them\n" * 1000 + "a;b;c\n" + "1;2,5;x\n" * 2000,
        {"a": ["1"] * 2000, "b": ["2,5"] * 2000, "c": ["x"] * 2000}, "2000 rows above",
    ),
    "blank lines first": ("\n\n\na,b\n1,2\n3,4\n", AB, None),
    # Names.
    "an index": (",a\n0,1\n1,3\n", {"Unnamed: 0": ["0", "1"], "a": ["1", "3"]}, "without a name"),
    "an index and names": (
        ",a,b\n0,1,2\n1,3,4\n", {"Unnamed: 0": ["0", "1"], **AB}, "1 column is without a name"
    ),
    "empty columns at the end": ("a,b,,\n1,2,,\n3,4,,\n", AB, "2 columns at the end"),
    "empty columns in the rows": ("a,b\n1,2,\n3,4,\n", AB, "1 column at the end"),
    "empty columns in the header": ("a,b,\n1,2\n3,4\n", AB, None),
    "a value without a name": (
        "a,b,\n1,2,x\n3,4,\n", {**AB, "Unnamed: 2": ["x", ""]}, "without a name"
    ),
    "one name twice": ("a,b,a\n1,2,5\n3,4,6\n", {**AB, "a.1": ["5", "6"]}, "same name as another: 'a.1'"),
    "one name thrice": (
        "a,a,a,a.1\n1,2,3,4\n", {"a": ["1"], "a.2": ["2"], "a.3": ["3"], "a.1": ["4"]}, "'a.2', 'a.3'"
    ),
    "blanks in names": (" a , b \n1,2\n3,4\n", AB, None),
    "years": ("land,2019,2020,2021\nx,1,2,3\ny,4,5,6\n", {"land": ["x", "y"], "2019": ["1", "4"], "2020": ["2", "5"], "2021": ["3", "6"]}, None),
    # Ends of lines, and of files.
    "old Mac": ("a,b\r1,2\r3,4\r", AB, None),
    "Windows": ("a,b\r\n1,2\r\n3,4", AB, None),
    "mixed": ("a,b\r\n1,2\n3,4\r", AB, None),
    "CR CR LF": ("a,b\r\r\n1,2\r\r\n3,4\r\r\n", AB, None),
    "blank lines between": ("a,b\n\n1,2\n\n3,4\n\n\n", AB, None),
    "the end of DOS": ("a,b\n1,2\n3,4\n\x1a", AB, None),
    "joined files": ("a,b\n1,2\na,b\n3,4\n", AB, "1 row of t.csv repeats the header"),
    "joined files with marks": ("\ufeffa,b\n1,2\n\ufeffa,b\n3,4\n", AB, "repeats the header"),
    "joined at the end": ("a,b\n1,2\n3,4\na,b", AB, "repeats the header"),
    # Encodings.
    "a mark": ("\ufeffa,b\n1,2\n3,4\n", AB, None),
    "a mark and quotes": ('\ufeff"a",b\n1,2\n3,4\n', AB, None),
    "UTF-16 without a mark": ("a,b\n1,2\n3,4\n".encode("utf-16-le"), AB, "UTF-16-LE"),
    "UTF-16, the other way": ("a,b\n1,2\n3,4\n".encode("utf-16-be"), AB, "UTF-16-BE"),
    "UTF-16 of Excel": ("a\tb\r\n1\té\r\n".encode("utf-16"), {"a": ["1"], "b": ["é"]}, "UTF-16"),
    "UTF-32": ("a,b\n1,2\n3,4\n".encode("utf-32"), AB, "UTF-32"),
    "a form feed": ("a,b\n1\x0c,2\u2028\n3,4\n", {"a": ["1\x0c", "3"], "b": ["2\u2028", "4"]}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_right(tmp_path, name):
    content, expected, note = FILES[name]
    rows, notes = read(tmp_path, content)
    assert rows == expected
    assert (notes == "") == (note is None), notes
    assert note is None or note in notes


@pytest.mark.parametrize(
    ("content", "reading", "expected"),
    [
        ("1,2\n3,4\n", {"header": False}, {"column_1": ["1", "3"], "column_2": ["2", "4"]}),
        ("1,2\n3,4\n", {"names": ["a", "b"]}, AB),
        ("a,b\n1,2\n3,4\n", {"names": ["a", "b"]}, AB),
        ("1::2\n3::4\n", {"names": ["a", "b"], "delimiter": "::"}, AB),
        ("1,2,\n3,4,\n", {"names": ["a", "b"]}, AB),
        ("x\ny,z\na,b\n1,2\n3,4\n", {"header": 3}, AB),
        ("\n\na,b\n1,2\n3,4\n", {"header": 3}, AB),
        ("a,b\n1,2\n3,4\n", {"header": 1}, AB),
        ("x,y\ns,m/s\n1,2\n3,4\n", {"header": 2, "names": ["a", "b"]}, AB),
        ("a\tb\n1\t2\n3\t4\n", {"delimiter": "\\t"}, AB),
        ("a\tb\n1\t2\n3\t4\n", {"delimiter": "tab"}, AB),
        ("a, b\n1, 2\n3, 4\n", {"delimiter": ", "}, {"a": ["1", "3"], "b": [" 2", " 4"]}),
        ("a  b\n1 2\n3   4\n", {"delimiter": "whitespace"}, AB),
        ("a#b\n1#2\n3#4\n", {"delimiter": "#"}, AB),
        ("a¦b\n1¦2\n3¦4\n", {"delimiter": "¦"}, AB),
        ("a||b\n1||2\n3||4\n", {"delimiter": "||"}, AB),
        ('a,b\n"1,2\n3,"4\n', {"quote": "none"}, {"a": ['"1', "3"], "b": ["2", '"4']}),
        ("a,b\n'1',2\n'3',4\n", {"quote": "'"}, AB),
        ("a,b\n'1',2\n'3',4\n", {}, {"a": ["'1'", "'3'"], "b": ["2", "4"]}),
        ('a,b\n"x^"",2\n', {"escape": "^"}, {"a": ['x"'], "b": ["2"]}),
        ("a,b\n1,2\n3\n3,4\n5,6,7\n", {"skip_bad_rows": True}, AB),
        ("a,b\n1,2\n3,4\nSource: us\n", {"skip_bad_rows": True}, AB),
    ],
)  # fmt: skip
def test_options(tmp_path, content, reading, expected):
    rows, _ = read(tmp_path, content, **reading)
    assert rows == expected


def test_compressions(tmp_path):
    content = b"a,b\n1,2\n3,4\n"
    parts = content[:4], content[4:]
    packed = {
        "t.csv.gz": gzip.compress(content),
        "joined.csv.gz": b"".join(map(gzip.compress, parts)),
        "t.csv.bz2": bz2.compress(content),
        "t.csv.xz": lzma.compress(content),
        "t.csv.zst": pa.compress(content, "zstd", asbytes=True),
        # What the file is counts, not its name.
        "t.csv": gzip.compress(content),
        "plain.csv.gz": content,
    }
    for name, data in packed.items():
        assert read(tmp_path, data, name) == (AB, ""), name
    path = tmp_path / "t.csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/._t.csv", b"x")
        archive.writestr("folder/t.csv", content)
    assert rows_of(open_table(path)) == AB
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", b"x")
    with pytest.raises(
        TableError, match=r"holds 2 files.*'folder/t.csv', 'readme.txt'"
    ):
        open_table(path)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(TableError, match="It is not whole"):
        open_table(path)


@pytest.mark.parametrize("name", ["t.txt", "t.dat", "t.data", "t.TSV", "t.tab", "t"])
def test_names_of_files(tmp_path, name):
    assert read(tmp_path, "a\tb\n1\t2\n3\t4\n", name)[0] == AB


ERRORS = {
    "one short row": (
        "a,b\n1,2\n3\n" + "5,6\n" * 50,
        r"Row 3 of t.csv has 1 field, and the header has 2\. .*`skip_bad_rows=True`",
    ),
    "some short rows": (
        "a,b\n" + "1,2\n3\n" * 20,
        "Row 3 .* has 1 field, and the header has 2, and 19 more of 40 rows differ",
    ),
    "a footer": ("a,b\n1,2\n3,4\n\nSource: us\n", "Row . .* has 1 field.*'Source: us'"),
    "a short header": ("a,b\n1,2,3\n4,5,6\n5,1,2\n", "Row 2 .* has 3 fields.* has 2"),
    "a long header": ("a,b,c\nx,y\nz,w\n", "Row 2 .* has 2 fields.* header has 3"),
    "not UTF-8 and too long": (b"a,b\n1,caf\xe9,3\n", "Line 2 of t.csv is not UTF-8"),
    "zero bytes": (b"a,b\n1,2\n3,\0\0\n", r"Line 3 of t.csv holds zero bytes.*tr -d"),
    "only zeros": (bytes(100), "is no text: its first line holds zero bytes"),
    "a page": (b"\n<!DOCTYPE html><html>", "is a web page.*sign in"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "a document": (b"%PDF-1.7", "is a PDF document"),
    "a database": (b"SQLite format 3\0", "is an SQLite database.*read_sql"),
    "SPSS": (b"$FL2@(#) SPSS DATA FILE", "is an SPSS file.*read_spss"),
    "SAS": (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92", "read_sas"),
    "Weka": (b"% x\n@RELATION iris\n@ATTRIBUTE a NUMERIC\n", "an ARFF file"),
    "a quote among quotes": (
        'a\tb\tc\n3\t"abc"\t5.6\n4\t"abc"\t4.3\n4\t"abc"\t4.3\n5\t"error\t3.3\n',
        "Row 5 .*`quote='none'`",
    ),
    "a few swallowed rows": (
        'a\tb\n"x"\t"y"\n"z"\t"w"\n"z"\t"w"\n3\t"Hello\n4\tWorld"\n',
        "holds 2 lines that look like rows",
    ),
    "swallowed rows": (
        'a,b,c\n1,"x,2\n' + "3,4,5\n" * 5 + '6,y",7\n',
        "holds 7 lines that look like rows.*`quote='none'`",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_what_to_do(tmp_path, name):
    content, match = ERRORS[name]
    with pytest.raises(TableError, match=match):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("Zürich €", "cp1252", "in cp1252 it reads '.*Zürich €'"),
        ("Łódź", "cp1250", "in cp1250 it reads '.*Łódź'"),
        ("Москва", "cp1251", "in cp1251 it reads '.*Москва'"),
        ("北京市", "gb18030", "in gb18030 it reads '.*北京市'"),
        ("東京都です", "shift_jis", "in shift_jis it reads '.*東京都です'"),
    ],
)
def test_encodings_are_guessed(tmp_path, text, encoding, guess):
    content = f"a,b\n1,x\n2,{text}\n".encode(encoding)
    with pytest.raises(TableError, match=rf"Line 3 of t.csv is not UTF-8.*{guess}"):
        read(tmp_path, content)
    assert read(tmp_path, content, encoding=encoding)[0]["b"] == ["x", text]


def test_what_comes_late_is_no_less_checked(tmp_path):
    """What the first megabyte does not show is found where it comes."""
    many = "1,x\n" * 300_000
    for row, match in (
        ('"say \\"hi\\" 1",2\n', "goes on after the quote that ends it.*`escape="),
        ("3,\0\n", "Line 300002 of t.csv holds zero bytes"),
        ("3\n", "Row 300002 of t.csv has 1 field"),
    ):
        content = "a,b\n" + many + row
        with pytest.raises(TableError, match=match):
            read(tmp_path, content.replace("1,x", '1,"x"', 1))
    rows, notes = read(tmp_path, "a,b\n" + many + "a,b\n" + "3,y\n")
    assert len(rows["a"]) == 300_001
    assert rows["b"][-1] == "y"
    assert "1 row of t.csv repeats the header" in notes
    # A backslash ahead of the quote that ends a field is none that escapes it.
    rows, _ = read(tmp_path, "a,b\n" + many + '"C:\\",z\n')
    assert rows["a"][-1] == "C:\\"


def test_places_count_what_was_left_out(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Title\na,b\n1,2\n3\n3,4\na,b\n5,6\n")
    table = open_table(path, skip_bad_rows=True)
    assert rows_of(table) == {"a": ["1", "3", "5"], "b": ["2", "4", "6"]}
    assert [table.place(row) for row in range(3)] == [
        f"row {number} of t.csv" for number in (3, 5, 7)
    ]
    assert "1 row of t.csv (0.25) is left out" in " ".join(table.notes)


HEADERLESS = {
    "adult": "39, State-gov, 77516, Bachelors\n50, Private, 83311, Masters\n38, ?, 1, HS\n",
    "numbers": "5.1,3.5,1.4\n4.9,3.0,1.5\n4.7,3.2,1.3\n",
    "dates": "2020-01-01,x,1.5\n2020-01-02,y,2.5\n",
    "letters": "p,x,s\ne,x,s\np,b,y\ne,x,y\n",
}


@pytest.mark.parametrize("name", HEADERLESS)
def test_a_first_row_that_is_no_header_is_said(tmp_path, name):
    content = HEADERLESS[name]
    _, notes = read(tmp_path, content)
    assert "is taken for the header, and looks like data" in notes
    assert "`header=False`" in notes
    rows, notes = read(tmp_path, content, header=False)
    assert len(rows["column_1"]) == len(content.splitlines())
    assert notes == ""
    table = open_table(tmp_path / "t.csv")
    with pytest.raises(TableError, match=r"no column 'income'.*pass `header=False`"):
        table.require("income")


def test_errors_of_options(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    for reading, match in (
        ({"delimiter": ""}, "A delimiter is one character or more"),
        ({"delimiter": '"'}, "A delimiter is"),
        ({"quote": "xy"}, "`quote` is one ASCII character, or 'none'"),
        ({"header": -1}, "`header` is the line of the header"),
        ({"header": 9}, "line 9 of t.csv, which has 3 lines"),
        ({"names": "a"}, "`names` is a list"),
        ({"names": ["a"]}, "1 names were given.*have 2 fields, such as: 'a', 'b'"),
        ({"names": ["a", "a"]}, "2 columns with the name 'a'"),
        ({"sheet": "x"}, "`sheet` is for workbooks"),
        ({"seperator": ","}, "no option 'seperator' of reading"),
    ):
        with pytest.raises(TableError, match=match):
            open_table(path, **reading)


_WORDS = ("Oslo", "New York", "Zürich", "it's", "a-b", "", '5" x')
_LETTERS = 'ab ,;"\n\t|\\é.'


def random_file(seed):
    """Returns a table, and the file that Python's writer makes of it."""
    draw = random.Random(seed)

    def cell(kind):
        if kind == "number":
            return str(
                draw.choice([draw.randint(0, 999), round(draw.uniform(-5, 5), 2)])
            )
        if kind == "decimal comma":
            return f"{draw.randint(0, 99)},{draw.randint(0, 99)}"
        if kind == "word":
            return draw.choice(_WORDS)
        return "".join(draw.choices(_LETTERS, k=draw.randint(0, 8)))

    kinds = [
        draw.choice(("number", "word", "decimal comma", "text"))
        for _ in range(draw.randint(2, 5))
    ]
    columns = {
        f"{kind} {place}{draw.choice(['', ', x', ' ü'])}": [
            cell(kind) for _ in range(12)
        ]
        for place, kind in enumerate(kinds)
    }
    file = io.StringIO(newline="")
    for _ in range(draw.choice((0, 0, 1, 2))):
        file.write(draw.choice(("Report 2020", "# by us", "Table 5")) + "\n")
    quoting = draw.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC))
    options = {"delimiter": draw.choice(",,;\t|"), "quoting": quoting}
    if draw.random() < 0.3:
        # A name with a quote shows that they are escaped.
        columns = {'the "x"': ["1"] * 12, **columns}
        options |= {"doublequote": False, "escapechar": "\\", "quoting": csv.QUOTE_ALL}
    writer = csv.writer(file, lineterminator=draw.choice(("\n", "\r\n")), **options)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    encoding = draw.choice(("utf-8", "utf-8-sig", "utf-16"))
    return columns, file.getvalue().encode(encoding)


def test_random_files_are_read_back(tmp_path):
    doubted = []
    for seed in range(400):
        columns, content = random_file(seed)
        try:
            rows, _ = read(tmp_path, content)
        except TableError as error:
            # Random text is made of delimiters more than text is.
            if "look like rows" not in str(error):
                raise
            rows, _ = read(tmp_path, content, quote="double")
            doubted.append(seed)
        assert rows == columns, seed
    assert len(doubted) < 5


def test_a_pass_that_is_left_reads_no_more(tmp_path, monkeypatch):
    """A thread of Arrow's that calls Python at its end would hang or abort it."""
    calls = []
    read = CsvStream.read
    monkeypatch.setattr(CsvStream, "read", lambda *x: calls.append(1) or read(*x))
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1234567890,1234567890\n" * 100_000)
    batches = CsvTable([path], block=1 << 12).batches()
    next(batches)
    batches.close()
    count = len(calls)
    time.sleep(0.1)
    assert len(calls) == count
