import pytest

from hotrow_cli.demo import report

pytestmark = pytest.mark.once


def test_scores_stand_in_columns():
    table = report.table_of_scores(
        [
            report.ModelScore("majority", 0.15),
            report.ModelScore("model", 0.725, 3.21, 2**20 * 64),
        ]
    )
    assert [line.split() for line in table.splitlines()] == [
        ["accuracy", "time", "memory"],
        ["majority", "15.0%"],
        ["model", "72.5%", "3.2", "s", "64", "MiB"],
    ]


def test_neighbors_stand_on_a_line_each():
    text = report.table_of_neighbors({"a": ["b", "c"], "d": []})
    assert [line.split() for line in text.splitlines()] == [["a", "b,", "c"], ["d"]]
