"""A profile finds the kinds, fits on the training rows, and sees no batches."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_files import KINDS, arrow, people, write_csv

from hotrow.tabular.errors import TableError
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.profiling import table_scan
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.profiling.row_sample import RowSample
from hotrow.tabular.reading.csv_table import CsvTable
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.schema import Schema
from hotrow.tabular.split import split_of_rows
from hotrow.tabular.training.encoded import Encoded, encode_table

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
TARGET = ["no", "yes"] * 200


@pytest.fixture(autouse=True)
def _fixed_state():
    """In place of the shared one: clearing Keras's state after each test is slow."""


def found(values, name="x", target=None, **settings):
    """Returns what is found of a column of 400 values."""
    target = TARGET[: len(values)] if target is None else target
    table = open_table({name: values, "other": [1.5, 2, 3, 4] * 100, "t": target})
    known = profile(table, "t", **settings)
    return next(column for column in known.schema.columns if column.name == name)


def test_kinds_of_a_table():
    known = profile(open_table(arrow(people())), "bought")
    assert {column.name: column.kind for column in known.schema.columns} == KINDS
    assert known.schema.target.classes == ("no", "yes")
    assert known.rows == {"train": 320, "validation": 40, "test": 40}
    assert known.schema.rows == 400
    assert set(known.encoders) == {c.name for c in known.schema.used}
    assert Schema.from_json(known.schema.to_json()) == known.schema


def integers(low, high, rows=400):
    return RNG.integers(low, high, rows).tolist()


@pytest.mark.parametrize(
    ("values", "name", "kind"),
    [
        (integers(17, 90), "age", "numeric"),
        (integers(0, 10**6), "population", "numeric"),
        (integers(1950, 2020), "year", "numeric"),
        ((RNG.integers(100, 999, 400) * 100).tolist(), "salary", "numeric"),
        (integers(0, 5), "rooms", "code"),
        (integers(0, 150), "store_id", "code"),
        (integers(0, 150), "productCode", "code"),
        ((RNG.integers(10**4, 10**5, 50)[RNG.integers(0, 50, 400)]), "place", "code"),
        (RNG.permutation(400), "customer_id", "identifier"),
        (RNG.permutation(10**6)[:400], "amount", "numeric"),
        (RNG.permutation(400), "Unnamed: 0", "identifier"),
        (np.arange(1000, 1400), "whatever", "identifier"),
        ([f"{k:08x}" for k in RNG.integers(0, 2**32, 400)], "hash", "identifier"),
        (["02134", "94110"] * 200, "place", "code"),
        ([2134.0, np.nan] * 200, "place", "code"),
        (RNG.normal(size=400), "x", "numeric"),
        (["1.5", "2.5"] * 200, "x", "numeric"),
        (["a", "b", "1", "2"] * 100, "x", "categorical"),
        ([True, False] * 200, "x", "categorical"),
        (["x"] * 400, "x", "constant"),
        (["x", None] * 200, "x", "categorical"),
        ([None] * 400, "x", "empty"),
        (["?", "NA", "", " "] * 100, "x", "empty"),
        ([datetime.date(2020, 1, 1 + k % 28) for k in range(400)], "x", "date"),
        (["31.01.2020", "1.2.2021"] * 200, "x", "date"),
        (["20200131", "20210228"] * 200, "order_date", "date"),
        (["Jan 5, 2020 3:15 PM", "Feb 6, 2021"] * 200, "x", "date"),
        (["a|b", "b|c", "c", "a|c|b"] * 100, "x", "multi"),
        (["a, b", "b, c", "c, d", "a, c, b"] * 100, "x", "multi"),
        ([["a"], ["a", "b"], None, []] * 100, "x", "multi"),
        (["Hello, my dear friend", "Go, now, at once"] * 200, "x", "categorical"),
        ([f"item {k} is a fine thing" for k in range(400)], "x", "text"),
        ([f"Braund, Mr. Owen {k}" for k in range(400)], "x", "text"),
        ([{"a": 1}] * 400, "x", "nested"),
        (integers(0, 17), "pixel", "numeric"),
        # A floor, a year or an age that is new lies near to others.
        (integers(1, 17), "floor", "numeric"),
        (integers(2005, 2016), "year", "numeric"),
        (integers(2019, 2022), "x", "numeric"),
        ([1990, 2000, 2010, 2020] * 100, "yearBuilt", "numeric"),
        (integers(18, 31), "age", "numeric"),
        ([1900, 2000] * 200, "x", "code"),
        (integers(1, 15), "store", "code"),
    ],
    ids=range(42),
)
def test_kinds(values, name, kind):
    assert found(values, name).kind == kind


def test_values_that_do_not_fit():
    values = [str(k / 8) for k in range(400)]
    values[17] = values[300] = "n/a yet"
    column = found(values)
    assert column.kind == "numeric"
    assert "2 values are no number and count as missing" in column.why
    assert "'n/a yet' in row 17 (counted from 0) of the dict" in column.why
    assert found([*values[:300], *["word"] * 100]).kind == "categorical"


def test_unclear_dates_say_so():
    assert "month first" in found(["01/02/2020", "03/04/2021"] * 200).why
    assert "month first" not in found(["01/02/2020", "13/04/2021"] * 200).why


def csv_table(tmp_path, columns, block=4 << 20):
    return CsvTable([write_csv(tmp_path / "t.csv", columns)], block=block)


def content(known):
    """Returns all of a profile in what can be compared."""
    layers = {}
    for name, layer in known.encoders.items():
        config = {k: v for k, v in layer.get_config().items() if k != "name"}
        tokens = layer.vocabulary.tokens.to_pylist() if name in known.counts else None
        layers[name] = (type(layer).__name__, config, tokens)
    counts = {name: ids.tolist() for name, ids in known.counts.items()}
    target = known.target_encoder.get_config()
    del target["name"]
    return known.schema, layers, counts, known.rows, known.notes, target


def test_text_and_native_types_are_one(tmp_path):
    columns = people()
    pq.write_table(arrow(columns), tmp_path / "t.parquet")
    table = open_table(tmp_path / "t.parquet")
    expected = profile(table, "bought")
    whole = encode_table(table, expected, tmp_path / "expected")
    for source in (
        csv_table(tmp_path, columns),
        open_table(pd.DataFrame(columns)),
        open_table(pl.DataFrame(columns)),
        open_table(columns),
    ):
        known = profile(source, "bought")
        kinds = {column.name: column.kind for column in known.schema.columns}
        assert kinds == KINDS
        assert content(known)[1:] == content(expected)[1:]
        found = encode_table(source, known, tmp_path / "found")
        for name, array in found.inputs.items():
            np.testing.assert_array_equal(array, whole.inputs[name], err_msg=name)
        np.testing.assert_array_equal(found.target, whole.target)


@settings(deadline=None, max_examples=4)
@given(st.integers(1000, 9000), st.integers(0, 9))
def test_batches_do_not_matter(tmp_path_factory, block, seed):
    tmp_path = tmp_path_factory.mktemp("t")
    columns = people(200, seed)
    columns["bought"][::7] = [None] * len(columns["bought"][::7])
    expected = profile(csv_table(tmp_path, columns), "bought", seed=seed)
    known = profile(csv_table(tmp_path, columns, block), "bought", seed=seed)
    assert content(known) == content(expected)


def test_vocabularies_hold_training_rows_only():
    values = [f"v{k // 2}" for k in range(400)]
    table = open_table({"x": values, "y": RNG.normal(size=400), "t": TARGET})
    known = profile(table, "t", seed=3)
    training = split_of_rows(0, 400, 3) == 0
    tokens = known.encoders["x"].vocabulary.tokens.to_pylist()
    assert set(tokens) == {
        v for v, train in zip(values, training, strict=True) if train
    }
    counts = known.counts["x"]
    assert counts.sum() == training.sum()
    assert (counts[2:] > 0).all()
    y = np.asarray(next(table.batches(["y"]))["y"])[training]
    layer = known.encoders["y"]
    np.testing.assert_allclose(layer.mean, y.mean(), rtol=1e-6)
    np.testing.assert_allclose(layer.std, y.std(), rtol=1e-6)
    expected = np.quantile(y, np.linspace(0, 1, 33), method="higher")
    np.testing.assert_allclose(layer.quantiles, expected, rtol=1e-6)


def test_rare_values_train_the_id_of_unknown_in_a_large_table():
    values = ["a", "b"] * 999 + ["rare1", "rare2"]
    table = open_table({"x": values, "t": ["no", "yes"] * 1000})
    known = profile(table, "t")
    tokens = known.encoders["x"].vocabulary.tokens.to_pylist()
    assert tokens == ["a", "b"] or tokens == ["b", "a"]
    assert known.counts["x"].sum() == 1600
    assert known.counts["x"][1] == 1600 - known.counts["x"][2:].sum()


def test_missing_values_have_an_id_of_their_own():
    known = profile(open_table({"x": ["a", "b", None, "?"] * 100, "t": TARGET}), "t")
    layer = known.encoders["x"]
    missing, unknown = layer.encode([None, "new"])
    assert missing != unknown
    assert known.counts["x"][missing] > 0
    assert known.counts["x"][unknown] == 0


def test_max_size():
    values = [f"v{k % 40}" for k in range(400)]
    known = profile(open_table({"x": values, "t": TARGET}), "t", max_size=10)
    assert len(known.encoders["x"].vocabulary) == 10
    assert known.counts["x"].sum() == 320


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["b", "a"] * 50, "binary", ("a", "b")),
        ([1, 0] * 50, "binary", (0, 1)),
        ([1.0, 0.0] * 50, "binary", (0, 1)),
        ([True, False] * 50, "binary", ("False", "True")),
        (["2", "10", "1"] * 40, "multiclass", (1, 2, 10)),
        (["2", "10", "x"] * 40, "multiclass", ("10", "2", "x")),
        (list(range(100)), "regression", None),
        ([1.5, 2.5, 3] * 40, "regression", None),
    ],
    ids=range(8),
)
def test_tasks(values, task, classes):
    table = open_table({"x": RNG.normal(size=len(values)), "t": values})
    known = profile(table, "t")
    target = known.schema.target
    assert (target.task, target.classes) == (task, classes)
    encoded = known.target_encoder.encode(values)
    if classes is None:
        np.testing.assert_allclose(encoded, values)
        assert known.class_counts is None
    else:
        assert known.target_encoder.decode(encoded).tolist() == [
            classes[k] for k in encoded
        ]
        assert known.class_counts.sum() == known.rows["train"]


def test_the_target_of_training_rows_is_summed_up():
    values = RNG.normal(5, 2, 400)
    known = profile(open_table({"x": RNG.normal(size=400), "t": values}), "t")
    training = values[split_of_rows(0, 400, 0) == 0]
    assert known.target_encoder.mean == pytest.approx(training.mean(), rel=1e-6)
    assert known.target_encoder.std == pytest.approx(training.std(), rel=1e-6)


def test_a_task_that_is_said():
    table = open_table({"x": RNG.normal(size=100), "t": [1, 2, 3, 4] * 25})
    assert profile(table, "t").schema.target.task == "multiclass"
    assert profile(table, "t", task="regression").schema.target.task == "regression"
    with pytest.raises(TableError, match=r"two values.*has 4: '1', '2', '3', '4'\."):
        profile(table, "t", task="binary")
    with pytest.raises(TableError, match=r"A task is binary, .*'ranking'"):
        profile(table, "t", task="ranking")
    words = open_table({"x": RNG.normal(size=100), "t": [1, 2, 3, "four"] * 25})
    with pytest.raises(
        TableError, match=r"needs numbers.*'t' has 'four' in row 3 \(counted"
    ):
        profile(words, "t", task="regression")


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ([None] * 100, "has no value in any row"),
        ([1] * 100, r"one value in all rows, '1'"),
        ([1, 2] * 4 + [None] * 92, "has 8 rows with a value.*at least 10"),
        ([f"v{k}" for k in range(100)], "100 different values in 100 rows.*identifier"),
        ([[1]] * 100, "holds values of type list"),
        ([k / 7 for k in range(99)] + ["oops"], r"mend 'oops' in row 99 \(counted"),
        (
            [f"v{k % 2000}" for k in range(20_000)],
            r"2,000 classes in 20,000 rows, and at most 1,000 can be learned\. Put",
        ),
    ],
    ids=range(7),
)
def test_targets_that_cannot_be_learned(values, match):
    with pytest.raises(TableError, match=match):
        profile(open_table({"x": RNG.normal(size=len(values)), "t": values}), "t")


def test_notes():
    target = ["a"] * 200 + ["b"] * 196 + ["c"] * 3 + [None]
    known = profile(open_table({"x": RNG.normal(size=400), "t": target}), "t")
    few, left_out = known.notes
    assert "1 of 3 classes of 't' have fewer than 10 rows" in few
    assert "'c' (3)" in few
    assert "1 of 400 rows have no value of the target 't'" in left_out
    assert known.schema.rows == 399
    assert known.schema.target.missing == 1


def test_kinds_that_are_said():
    values = [f"{k % 5}" for k in range(400)]
    for kind in ("numeric", "text", "categorical", "identifier", "constant"):
        column = found(values, kinds={"x": kind})
        assert column.kind == kind
        assert "as you said" in column.why
    assert found(["a;b", "c"] * 200, kinds={"x": "multi"}).separator == ";"
    assert found(["20200101", "20200102"] * 200, kinds={"x": "date"}).kind == "date"


@pytest.mark.parametrize(
    ("kinds", "match"),
    [
        ({"X": "text"}, r"no column 'X'. Did you mean 'x'\? There are: x, other, t"),
        ({"x": "txt"}, r"no kind 'txt' for the column 'x'. Did you mean 'text'"),
        ({"t": "text"}, "'t' is the target"),
        ({"x": "numeric"}, r"cannot be numeric: 100% .*'word' in row 0 \(counted"),
        ({"x": "date"}, "cannot be a date: 100%"),
        ({"x": "multi"}, "cannot be multi: no value has parts"),
    ],
    ids=range(6),
)
def test_kinds_that_cannot_be(kinds, match):
    with pytest.raises(TableError, match=match):
        found(["word", "other word"] * 200, kinds=kinds)


def test_more_kinds_that_cannot_be():
    with pytest.raises(TableError, match="cannot be text: no row has a value"):
        found([None] * 400, kinds={"x": "text"})
    with pytest.raises(TableError, match="cannot be text: its values are of type"):
        found([{"a": 1}] * 400, kinds={"x": "text"})
    assert found([{"a": 1}] * 400, kinds={"x": "identifier"}).kind == "identifier"


def test_a_target_that_is_not_there():
    with pytest.raises(TableError, match=r"no column for the target 'boght'.*'bought'"):
        profile(open_table(arrow(people())), "boght")
    with pytest.raises(TableError, match="no column beside the target"):
        profile(open_table({"t": TARGET}), "t")
    with pytest.raises(TableError, match=r"no column to learn from.*'x' is constant"):
        profile(open_table({"x": [1] * 400, "t": TARGET}), "t")


def test_columns_with_more_values_than_fit(monkeypatch, tmp_path):
    columns = people(2000)
    columns["user"] = [f"u{k}" for k in RNG.zipf(1.5, 2000) % 1000]
    table = csv_table(tmp_path, columns, 1 << 15)
    expected = profile(table, "bought")
    monkeypatch.setattr(table_scan.TableScan.__init__, "__defaults__", (200,))
    known = profile(table, "bought")
    for one, other in zip(known.schema.columns, expected.schema.columns, strict=True):
        assert one.kind == other.kind, one
        assert one.distinct <= other.distinct
    for name in ("age", "income", "born"):
        layer, wanted = known.encoders[name], expected.encoders[name]
        np.testing.assert_allclose(layer.mean, wanted.mean, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(layer.std, wanted.std, rtol=1e-5)
        np.testing.assert_allclose(layer.quantiles, wanted.quantiles, rtol=1e-5)
    for name in ("note", "tags"):
        assert content(known)[1][name] == content(expected)[1][name]
    tokens = known.encoders["user"].vocabulary.tokens.to_pylist()
    assert tokens[:3] == expected.encoders["user"].vocabulary.tokens.to_pylist()[:3]
    assert known.counts["user"].sum() == 1600


def test_the_sample_does_not_depend_on_batches():
    def chosen(sizes):
        sample, rows, start = RowSample(50), np.zeros(0, int), 0
        for size in sizes:
            batch = np.arange(start, start + size)
            places, kept = sample.add(batch)
            rows = np.concatenate([rows, batch[places]])
            rows = rows if kept is None else rows[kept]
            start += size
        return rows

    whole = chosen([1000])
    assert 20 <= len(whole) <= 50
    np.testing.assert_array_equal(chosen([7, 60, 1, 0, 500, 432]), whole)


def test_encoded_tables(tmp_path):
    columns = people(100)
    columns["bought"][5] = None
    table = csv_table(tmp_path, columns, 1 << 10)
    known = profile(table, "bought")
    encoded = encode_table(table, known, tmp_path / "cache")
    again = Encoded.open(tmp_path / "cache")
    assert len(encoded) == len(again) == 99
    kept = [k for k in range(100) if k != 5]
    layout = InputLayout.of(known.schema, known.encoders)
    assert again.layout == encoded.layout == layout
    expected = layout.inputs(
        {
            name: encoder.encode([columns[name][k] for k in kept])
            for name, encoder in known.encoders.items()
        }
    )
    assert list(again.inputs) == list(expected)
    for name, array in again.inputs.items():
        np.testing.assert_array_equal(array, expected[name])
        assert isinstance(array, np.memmap)
    target = [columns["bought"][k] for k in kept]
    np.testing.assert_array_equal(again.target, known.target_encoder.encode(target))
    np.testing.assert_array_equal(again.split, split_of_rows(0, 99, 0))
    rows = [again.rows(part) for part in ("train", "validation", "test")]
    assert [len(part) for part in rows] == list(known.rows.values())
    np.testing.assert_array_equal(np.sort(np.concatenate(rows)), np.arange(99))
    (tmp_path / "cache" / "index.json").unlink()
    with pytest.raises(TableError, match="holds no encoded table"):
        Encoded.open(tmp_path / "cache")


def test_a_table_that_changed(tmp_path):
    table = csv_table(tmp_path, people(100))
    known = profile(table, "bought")
    write_csv(tmp_path / "t.csv", people(101))
    with pytest.raises(TableError, match=r"had 100 rows with a target .* has 101 now"):
        encode_table(table, known, tmp_path / "cache")
    with pytest.raises(TableError, match="holds no encoded table"):
        Encoded.open(tmp_path / "cache")


def test_a_full_disk(tmp_path):
    table = open_table(arrow(people(100)))
    known = profile(table, "bought")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "0.npy").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        encode_table(table, known, tmp_path / "cache")
