"""The table of columns in a terminal."""

from hotrow.tabular.runs.column_table import column_table
from hotrow.tabular.runs.warnings import warning_lines
from hotrow.tabular.schema import Column, Schema, Target

TARGET = Target("t", "binary", "two different values", ("no", "yes"), 0)


def lines_of(columns):
    schema = Schema(tuple(columns), TARGET, 100)
    return column_table("many.csv", schema).splitlines()


def column(name, kind="numeric"):
    return Column(name, kind, "numbers", 0, 9, ("1", "2"))


def test_a_table_of_sixty_columns_is_shown_in_full():
    lines = lines_of(column(f"c{k}") for k in range(60))
    assert len([line for line in lines if line.startswith("c")]) == 61
    assert not any("more columns" in line for line in lines)


def test_a_wide_table_is_folded():
    columns = [column(f"c{k}") for k in range(800)]
    columns[500] = column("row id", "identifier")
    columns += [column(f"n{k}", "constant") for k in range(20)]
    columns += [column(f"w{k}", "categorical") for k in range(37)]
    lines = lines_of(columns)
    assert lines[0] == "many.csv: 100 rows, 857 columns and the target"
    assert len(lines) < 60
    named = [line.split("  ")[0] for line in lines]
    assert [name for name in named if name[:1] == "c"][1:] == [
        f"c{k}" for k in range(30)
    ]
    # What is left out needs a look: the first ten of these are there, too.
    assert "row id" in named
    assert [name for name in named if name[:1] == "n"] == [f"n{k}" for k in range(9)]
    assert (
        "and 817 more columns: 769 numeric, 37 categorical, 11 constant (left out). "
        "The report and results.json list all." in lines
    )


def test_many_warnings_are_folded():
    lines = warning_lines(f"w{k}" for k in range(100))
    assert lines[:2] == ["Warning: w0", "Warning: w1"]
    assert lines[30:] == ["Warning: 70 more are in results.json and the report."]
    assert len(warning_lines(["one"] * 30)) == 30
