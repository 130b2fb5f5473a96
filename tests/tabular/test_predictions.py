"""Predictions beside the columns of their table, and what is told of the input."""

# ruff: noqa: E501

import io

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
import tables

import hotrow
from hotrow.tabular.runs.write_predictions import write_predictions

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    frame = tables.people(200)
    words = [["old", "new", "red", "big"][k % 4] for k in range(200)]
    frame["text"] = [f"a very {word} thing {k}" for k, word in enumerate(words)]
    frame["tags"] = [f"{'abcd'[k % 4]}|{'efgh'[k % 3]}" for k in range(200)]
    frame["day"] = [f"2020-01-{1 + k % 28:02d}" for k in range(200)]
    out = tmp_path_factory.mktemp("run") / "run"
    return hotrow.tabular.fit(
        frame, "income", out=out, epochs=1, baselines=False, say=lambda line: None
    )


def people(rows=20):
    frame = tables.people(rows, seed=5)
    del frame["income"]
    return {
        **frame,
        "text": ["a very old thing"] * rows,
        "tags": ["a|e"] * rows,
        "day": ["2020-01-05"] * rows,
    }


def told(run, frame):
    """Returns what is warned of when a frame is predicted."""
    with pytest.warns(UserWarning, match=": ") as caught:
        run.predict(frame)
    return [
        str(warning.message) for warning in caught if warning.category is UserWarning
    ]


def test_a_table_that_can_be_read_is_not_warned_of(run):
    assert run.predict(people()).num_rows == 20


@pytest.mark.parametrize(
    ("column", "values", "text"),
    [
        ("age", ["old"] * 20, "age: 100 % are no numbers, first 'old' in row 0 "),
        ("age", [31, "?", "old", *[1] * 17], "age: 5 % are no numbers, first 'old' in row 2 "),
        ("age", ["1", None, *["x"] * 18], "age: 95 % are no numbers, first 'x' in row 2 "),
        ("city", ["alien"] * 20, "city: 100 % unknown values, first 'alien' in row 0 "),
        ("city", ["Oslo", None, *["Ulm"] * 18], "city: 95 % unknown values, first 'Ulm' in row 2 "),
        ("day", ["soon"] * 20, "day: 100 % are no dates, first 'soon' in row 0 "),
        ("text", ["xyzzy"] * 20, "text: 100 % unknown words, first 'xyzzy'"),
        ("tags", ["q|r"] * 20, "tags: 100 % unknown values, first 'q|r'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(run, column, values, text):
    (note,) = told(run, {**people(), column: values})
    assert note.startswith(text)
    with pytest.warns(UserWarning, match=f"^{column}: "):
        run.model.predict({**people(), column: values})


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("age", [None] * 20),
        ("age", ["", "NA", *["31"] * 18]),
        ("city", [None] * 20),
        # A few unknown values are to be expected.
        ("city", ["Ulm", *["Oslo"] * 19]),
        ("text", [None] * 20),
        ("tags", ["", *["a"] * 19]),
        ("day", [None] * 20),
    ],
)
def test_what_is_missing_is_not_told(run, column, values):
    assert run.predict({**people(), column: values}).num_rows == 20


def test_rows_are_counted_over_batches_and_files(run, tmp_path, monkeypatch):
    frame = people(30)
    frame["age"] = ["31"] * 25 + ["old"] * 5
    path = tables.to_csv(frame, tmp_path / "new.csv")
    with pytest.warns(UserWarning, match=r"age: 17 % .* 'old' in row 27 of new\.csv"):
        run.predict(path)
    monkeypatch.setattr("hotrow.tabular.reading.frame_table.ROWS", 7)
    with pytest.warns(UserWarning, match=r"age: 17 % .* 'old' in row 25 \(counted"):
        run.predict(frame)


def test_columns_beside_the_predictions(run):
    frame = {"key": [f"{k:03d}" for k in range(20)], **people(), "extra": [1.5] * 20}
    made = run.predict(people()).column_names
    with pytest.warns(UserWarning, match="are not read: 'extra'"):
        table = run.predict(frame, id="key")
    assert table.column_names == ["key", *made]
    assert table["key"].to_pylist() == frame["key"]
    table = run.predict(frame, id=["extra", " key "])
    assert table.column_names == ["extra", "key", *made]
    table = run.predict(frame, keep_columns=True)
    assert table.column_names == [*frame, *made]
    assert table["city"].to_pylist() == frame["city"]
    with pytest.raises(ValueError, match=r"no column 'kye'. Did you mean 'key'"):
        run.predict(frame, id="kye")


def test_a_table_of_predictions_can_be_predicted_again(run):
    first = run.predict(people(), keep_columns=True)
    with pytest.warns(UserWarning, match="as the predictions are not kept: 'predict"):
        again = run.predict(first, keep_columns=True)
    assert again.column_names == first.column_names
    with pytest.raises(ValueError, match="'prediction' cannot stand beside"):
        run.predict(first, id="prediction")


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(20),
        pd.Index([f"p{k}" for k in range(20)], name="person"),
        pd.Index(range(40, 20, -1)),
        pd.MultiIndex.from_product([list("abcde"), range(4)], names=["x", "y"]),
        pd.date_range("2020-01-01", periods=20),
    ],
    ids=["range", "named", "integers", "levels", "dates"],
)
def test_the_index_of_a_frame_is_kept(run, index):
    table = run.predict(pd.DataFrame(people(), index=index))
    if isinstance(index, pd.DatetimeIndex):
        index.freq = None
    pd.testing.assert_index_equal(table.to_pandas().index, index, exact=False)
    expected = run.predict(people())
    for name in expected.column_names:
        assert table[name].to_pylist() == expected[name].to_pylist()


def test_frames_of_all_kinds_predict_the_same(run):
    expected = run.predict(people())
    frame = pd.DataFrame(people()).rename(columns={"age": " age "})
    frame["city"] = frame["city"].astype("category")
    rows = pd.DataFrame(people()).to_dict("records")
    for source in (frame, pl.LazyFrame(people()), pl.DataFrame(people()), rows):
        assert run.predict(source).equals(expected)
        np.testing.assert_allclose(
            run.model.predict(source)[:, 0], expected[2].to_numpy(), atol=1e-6
        )


def test_files_of_predictions(run, tmp_path):
    frame = {"key": ["001", 'a "b", c', None, *["x"] * 17], **people()}
    frame["list"] = [[1, 2], None, *[[]] * 18]
    kind = pa.array(["u"] * 20).dictionary_encode()
    source = pa.table(frame).append_column("kind", kind)
    out = tmp_path / "out.csv"
    rows, notes = write_predictions(run, source, out, keep_columns=True)
    assert rows == 20
    assert notes == []
    written = csv.read_csv(
        out, convert_options=csv.ConvertOptions(column_types={"key": pa.string()})
    )
    assert written["key"].to_pylist()[:2] == frame["key"][:2]
    assert written["list"].to_pylist()[0] == "[1, 2]"
    assert written["kind"].to_pylist() == ["u"] * 20
    write_predictions(run, source, tmp_path / "out.parquet", keep_columns=True)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["list"].to_pylist() == frame["list"]
    stream = io.BytesIO()
    write_predictions(run, source, stream, id=["key"])
    assert stream.getvalue().startswith(b'"key","prediction","probability_')
