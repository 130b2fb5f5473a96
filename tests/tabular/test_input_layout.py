"""Places of columns in the inputs of a network, and what a network makes of them."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

import hotrow
from hotrow.tabular.encoders import Dates, Numbers, SplitLookup, ValueLookup
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.network.network import build_network, vectors_of
from hotrow.tabular.network.stack import Stack, StackedColumn
from hotrow.tabular.schema import Column, Schema, Target
from hotrow_vocabulary.vocabulary import Vocabulary

RNG = np.random.default_rng(0)


def stack_of(sizes, length=None):
    columns, offset = [], 0
    for number, rows in enumerate(sizes):
        columns.append(StackedColumn(f"c{number}", rows, 1, offset))
        offset += rows - 1
    return Stack("x", 8, length, tuple(columns))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(2, 40), min_size=1, max_size=12), st.integers(0, 3))
def test_each_id_of_each_column_has_a_row_of_its_own(sizes, length):
    stack = stack_of(sizes, length or None)
    encoded = {}
    for number, rows in enumerate(sizes):
        each = RNG.integers(0, rows, (60, max(1, length - number % 2)))
        encoded[f"c{number}"] = (each if length else each[:, 0]).astype("int32")
    rows = stack.ids(encoded)
    assert rows.shape == (60, *stack.shape)
    assert rows.dtype == np.int32
    table = RNG.normal(size=(stack.rows, 8)).astype("float32")
    vectors = stack.vectors(table)
    owners = {}
    for number, size in enumerate(sizes):
        name, ids = f"c{number}", encoded[f"c{number}"]
        assert vectors[name].shape == (size, 8)
        found = rows[:, number] if not length else rows[:, number, : ids.shape[1]]
        np.testing.assert_array_equal(table[found], vectors[name][ids])
        for row in np.unique(found[ids > 0]).tolist():
            assert owners.setdefault(row, name) == name
            assert row > 0
        assert (found[ids == 0] == 0).all()
        assert stack.oov_id.ravel()[number] == stack.columns[number].offset + 1
    assert stack.rows == 1 + sum(size - 1 for size in sizes)


def lookup(size, length=None):
    vocabulary = Vocabulary([f"v{k}" for k in range(size - 2)])
    if length is None:
        return ValueLookup(vocabulary)
    return SplitLookup(vocabulary, length=length, separator="|")


ENCODERS = {
    "a": lookup(5),
    "numbers": Numbers(3.0, 2.0, np.linspace(0, 6, 33)),
    "b": lookup(300),
    "tags": lookup(9, 4),
    "c": lookup(7),
    "day": Dates(),
    "more tags": lookup(8, 5),
    "long": lookup(9, 20),
}
KINDS = dict(
    zip(
        ENCODERS,
        ("code", "numeric", "categorical", "multi", "code", "date", "multi", "text"),
        strict=True,
    )
)


def schema_of(task="binary", classes=("no", "yes")):
    columns = [Column(name, kind, "", 0, 0, ()) for name, kind in KINDS.items()]
    left_out = Column("id", "identifier", "", 0, 0, ())
    return Schema((left_out, *columns), Target("t", task, "", classes, 0), 100)


def encoded_rows(rows=20):
    encoded = {}
    for name, encoder in ENCODERS.items():
        if name == "numbers":
            encoded[name] = RNG.normal(3, 2, rows).astype("float32")
        elif name == "day":
            encoded[name] = RNG.normal(size=(rows, 5)).astype("float32")
        else:
            each = () if encoder.length is None else (encoder.length,)
            size = len(encoder.vocabulary)
            ids = RNG.integers(0 if each else 1, size, (rows, *each))
            encoded[name] = ids.astype("int32")
    encoded["tags"][0] = 0
    return encoded


def test_columns_of_one_width_and_about_one_length_share_a_stack():
    layout = InputLayout.of(schema_of(), ENCODERS)
    stacks = {s.name: [c.name for c in s.columns] for s in layout.stacks}
    assert stacks == {
        "ids_8": ["a", "c"],
        "lists_8_5": ["tags", "more tags"],
        "lists_8_20": ["long"],
        "ids_64": ["b"],
    }
    assert layout.numbers == ("numbers", "day")
    assert sorted(layout.columns) == sorted(ENCODERS)
    assert layout.widths["b"] == 64
    inputs = layout.inputs(encoded_rows())
    assert {name: x.shape[1:] for name, x in inputs.items()} == {
        "ids_8": (2,),
        "lists_8_5": (2, 5),
        "lists_8_20": (1, 20),
        "ids_64": (1,),
        "numbers": (6,),
    }


def test_a_layout_is_what_its_json_says():
    layout = InputLayout.of(schema_of(), ENCODERS)
    assert InputLayout.from_json(json.loads(json.dumps(layout.to_json()))) == layout


@pytest.mark.parametrize("first", ["embedding", "onehot"])
def test_a_network_is_what_numpy_makes_of_its_weights(first):
    schema = schema_of()
    layout = InputLayout.of(schema, ENCODERS)
    network = build_network(
        schema, ENCODERS, layout, first=first, hidden=(4,), bins=0, seed=3
    )
    # Other weights than the first ones, which are small and partly zeros.
    network.set_weights(
        [RNG.normal(0, 0.3, w.shape).astype(w.dtype) for w in network.get_weights()]
    )
    encoded = encoded_rows()
    found = ops.convert_to_numpy(network(layout.inputs(encoded)))
    vectors = vectors_of(network, layout)
    assert list(vectors) == ["a", "c", "tags", "more tags", "long", "b"]
    parts = []
    for name, table in vectors.items():
        ids = encoded[name]
        assert table.shape == (len(ENCODERS[name].vocabulary), layout.widths[name])
        if ids.ndim == 1:
            parts.append(table[ids])
        else:
            there = (ids > 0)[..., np.newaxis]
            sums = (table[ids] * there).sum(axis=1)
            parts.append(sums / np.maximum(there.sum(axis=1), 1))
    numbers = np.column_stack([encoded["numbers"], encoded["day"]])
    mean, std = np.array([3, 0, 0, 0, 0, 0]), np.array([2, 1, 1, 1, 1, 1])
    parts += [(numbers - mean) / std, np.zeros((20, 6))]
    x = np.concatenate(parts, axis=1)
    hidden, last = (
        [ops.convert_to_numpy(w) for w in network.get_layer(name).weights]
        for name in ("hidden_1", "prediction")
    )
    x = np.maximum(x @ hidden[0] + hidden[1], 0)
    expected = 1 / (1 + np.exp(-(x @ last[0] + last[1])))
    np.testing.assert_allclose(found, expected, rtol=2e-4)


@pytest.mark.parametrize(
    ("task", "counts", "expected"),
    [
        ("binary", [90, 10], [0.1]),
        ("multiclass", [60, 30, 10], [0.6, 0.3, 0.1]),
        ("multiclass", [99, 0, 1], [0.98, 0.005, 0.015]),
        ("regression", None, [0]),
    ],
)
def test_a_new_network_predicts_the_shares_of_the_classes(task, counts, expected):
    classes = None if counts is None else tuple("abc"[: len(counts)])
    schema = schema_of(task, classes)
    layout = InputLayout.of(schema, ENCODERS)
    counts = None if counts is None else np.array(counts)
    network = build_network(schema, ENCODERS, layout, class_counts=counts)
    found = ops.convert_to_numpy(network(layout.inputs(encoded_rows(5))))
    np.testing.assert_allclose(found, np.tile(expected, (5, 1)), atol=0.006)


def test_a_network_of_many_inputs_starts_and_steps_as_one_of_few():
    """Units have the size that they have in a small network, and move as little."""
    sizes, moves = [], []
    for columns in (20, 2000):
        names = [f"n{k}" for k in range(columns)]
        encoders = {name: Numbers(quantiles=np.linspace(-2, 2, 33)) for name in names}
        schema = Schema(
            tuple(Column(name, "numeric", "", 0, 0, ()) for name in names),
            Target("t", "regression", "", None, 0),
            100,
        )
        layout = InputLayout.of(schema, encoders)
        network = build_network(schema, encoders, layout, hidden=(64,), dropout=0)
        x = RNG.normal(size=(50, columns)).astype("float32")
        first = keras.Model(network.inputs, network.get_layer("hidden_1").output)
        before = ops.convert_to_numpy(first({"numbers": x}))
        layer = network.get_layer("hidden_1")
        # The first step of Adam moves each weight by the learning rate.
        layer.kernel.assign(layer.kernel + 1e-3)
        after = ops.convert_to_numpy(first({"numbers": x}))
        sizes.append(before.std())
        moves.append(np.abs(after - before).max())
    assert sizes[1] == pytest.approx(sizes[0], rel=0.5)
    assert moves[1] < 1.5


def test_a_network_has_as_many_tables_as_stacks_however_many_columns():
    names = [f"c{k}" for k in range(300)]
    encoders = {name: lookup(3 + k % 15) for k, name in enumerate(names)}
    columns = tuple(Column(name, "code", "", 0, 0, ()) for name in names)
    schema = Schema(columns, Target("t", "regression", "", None, 0), 100)
    layout = InputLayout.of(schema, encoders)
    network = build_network(schema, encoders, layout, hidden=(2,))
    tables = [x for x in network.layers if isinstance(x, hotrow.Embedding)]
    assert len(tables) == 1
    assert len(network.weights) == 5
    ids = {name: np.array([1, 2, 0], "int32") for name in names}
    assert network(layout.inputs(ids)).shape == (3, 1)
