"""Kinds of files, by their first bytes and the ends of their names."""

import os
import stat
from pathlib import Path

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.streams import ZIP, members, plain_name

_ENDINGS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".feather": "feather",
    ".arrow": "feather",
    ".ipc": "feather",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
_MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "feather",
    # A compound file of Microsoft's: a workbook of Excel 97, or one with a password.
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "excel",
}
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

# Files that are something else, and how they become a table.
_CONVERT = "Convert it: {0}(...).to_csv('table.csv', index=False)."
_OTHERS = {
    b"%PDF": ("a PDF document", "Take the table out of it first."),
    b"SQLite format 3": (
        "an SQLite database",
        "Take a table out of it: pandas.read_sql(...), or sqlite3 -csv -header.",
    ),
    b"\x89HDF": ("an HDF5 file", _CONVERT.format("pandas.read_hdf")),
    b"$FL2": ("an SPSS file", _CONVERT.format("pandas.read_spss")),
    b"<stata_dta>": ("a Stata file", _CONVERT.format("pandas.read_stata")),
    b"ORC": ("an ORC file", _CONVERT.format("pandas.read_orc")),
    b"\x93NUMPY": ("a NumPy array", "Pass a dict of its columns from Python."),
    b"RDX": ("an R data file", "Write it from R: write.csv(table, row.names = FALSE)."),
    b"MATLAB": ("a MATLAB file", "Write it from MATLAB: writetable(T, 'table.csv')."),
    b"\x80\x04": ("a pickle", _CONVERT.format("pandas.read_pickle")),
    b"\x80\x05": ("a pickle", _CONVERT.format("pandas.read_pickle")),
    b"version https://git-lfs": (
        "a pointer of Git LFS, and not the file itself",
        "Fetch it: git lfs pull.",
    ),
    b"Rar!": ("a RAR archive", "Unpack it first."),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it first."),
}
_SAS = b"\xc2\xea\x81\x60\xb3\x14\x11\xcf"
_HTML = (b"<!doctype html", b"<html", b"<?xml", b"<head", b"<table")


def check_file(path: Path) -> None:
    """Raises `TableError` if there is no such file, or it cannot be read."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISDIR(mode):
            with open(path, "rb") as file:
                empty = not file.read(1)
    except FileNotFoundError:
        raise TableError(
            f"There is no file {str(path)!r}. Check the path: it is looked up from "
            f"the folder {os.getcwd()!r}."
        ) from None
    except PermissionError:
        raise TableError(
            f"The file {str(path)!r} may not be read: permission denied. Change its "
            f"permissions, for example by `chmod u+r`, or copy it."
        ) from None
    except OSError as error:
        raise TableError(
            f"The file {str(path)!r} cannot be read: {error.strerror or error}."
        ) from error
    if stat.S_ISDIR(mode):
        raise TableError(
            f"{str(path)!r} is a folder, and a table is a file. Pass the path of a "
            "file in it, or a list of such paths."
        )
    if empty:
        raise TableError(
            f"The file {str(path)!r} is empty: it has no header and no rows. Check "
            "that it was written to its end."
        )


def kind_of_file(path: Path) -> str:
    """Returns `"csv"`, `"parquet"`, `"excel"`, `"feather"` or `"json"`.

    What the first bytes say counts more than the name. All text is taken for CSV that
    is not named otherwise.

    Raises:
        TableError: If it is a file of another kind; the text says how to convert it.
    """
    with open(path, "rb") as file:
        start = file.read(4096)
    name = plain_name(path)
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start.startswith(ZIP) and _is_workbook(path):
        return "excel"
    _check_no_other(path, name, start)
    ending = Path(name).suffix
    kind = _ENDINGS.get(ending, "csv")
    if kind in ("parquet", "feather"):
        raise TableError(
            f"The file {str(path)!r} cannot be read as {kind.title()}: it does not "
            "start as such a file does. It is not whole, or not what its name says. "
            "Write it again, or rename it."
        )
    return kind


def _is_workbook(path: Path) -> bool:
    names = members(path)
    return any(name.startswith("xl/") or name == "content.xml" for name in names)


def _check_no_other(path: Path, name: str, start: bytes) -> None:
    for magic, (what, advice) in _OTHERS.items():
        if start.startswith(magic):
            raise _no_table(path, what, advice)
    if _SAS in start[:64]:
        raise _no_table(path, "a SAS file", _CONVERT.format("pandas.read_sas"))
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(_HTML):
        raise _no_table(
            path,
            "a web page or XML",
            "If it was downloaded, look what it says: it may ask to sign in, or be the "
            "page around the file and not the file. A table in it is read by "
            "pandas.read_html or pandas.read_xml.",
        )
    if text.startswith((b"@relation", b"%")) and b"@attribute" in text:
        raise _no_table(
            path, "an ARFF file of Weka", "Convert it: scipy.io.arff.loadarff."
        )
    if name.endswith((".numbers", *_WORKBOOKS)):
        raise _no_table(
            path,
            "no workbook that can be read, whatever its name",
            "Save it as .xlsx or .csv.",
        )


def _no_table(path: Path, what: str, advice: str) -> TableError:
    return TableError(
        f"The file {str(path)!r} is {what}, and a table is a CSV, Excel, Parquet, "
        f"Feather or JSON file. {advice}"
    )
