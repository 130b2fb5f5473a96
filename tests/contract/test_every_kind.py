"""What holds for every kind of columns.

A new kind joins with one line in `EXAMPLES`.
"""

import datetime
import importlib

import keras
import numpy as np
import pytest

from hotrow.tabular.kinds import KINDS, USED_KINDS, LeftOutKind, UsedKind
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.report.columns import section
from hotrow.tabular.results import Results
from hotrow.tabular.runs.column_table import column_table
from hotrow.tabular.schema import Column, Schema
from hotrow_cli.tabular.fit import KINDS as KINDS_OF_THE_COMMAND

pytestmark = pytest.mark.once

ROWS = 240
_DAY = datetime.date(2020, 1, 1)
# Makes the value of a row of a column that is of this kind.
EXAMPLES = {
    "nested": lambda row: {"a": row},
    "empty": lambda row: None,
    "multi": lambda row: f"{'abc'[row % 3]}|{'de'[row % 2]}",
    "constant": lambda row: "same",
    "date": lambda row: str(_DAY + datetime.timedelta(row)),
    "text": lambda row: f"a few words {row} and {row + 1}",
    "identifier": lambda row: f"row-{row}",
    "code": lambda row: f"{row % 30:05}",
    "numeric": lambda row: row / 7,
    "categorical": lambda row: f"city {row % 9}",
}
# What a column of a kind cannot be given as, and the words of the error.
CANNOT_BE = {
    ("categorical", "date"): "not a date",
    ("categorical", "multi"): "no value has parts",
    ("code", "multi"): "no value has parts",
    ("text", "date"): "not a date",
    ("text", "numeric"): "not a number",
    ("text", "multi"): "no value has parts",
    ("nested", "text"): "values are of type struct",
    ("empty", "date"): "no row has a value",
    ("multi", "numeric"): "not a number",
}


def profiled(name, kinds=None):
    values = [EXAMPLES[name](row) for row in range(ROWS)]
    data = {"x": values, "other": [row / 3 for row in range(ROWS)]}
    data["y"] = [("no", "yes")[row * 7 % 5 < 2] for row in range(ROWS)]
    return profile(open_table(data), "y", kinds=kinds), values


def test_every_kind_is_here():
    assert set(EXAMPLES) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_the_file_of_a_kind_holds_its_class(name):
    kind = KINDS[name]
    module = importlib.import_module(f"hotrow.tabular.kinds.{name}")
    assert getattr(module, name.title()) is type(kind)
    assert kind.name == name
    assert kind.meaning[:1].islower()
    assert isinstance(kind, UsedKind if kind.is_used else LeftOutKind)
    assert kind.title == (name if kind.is_used else f"{name} (left out)")


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_recognizes_its_columns(name):
    known, _ = profiled(name)
    column = known.schema.columns[0]
    assert column.kind == name
    assert column.why
    assert ("x" in known.encoders) == KINDS[name].is_used
    assert ("x" in known.counts) == KINDS[name].enters_as_ids
    again = Schema.from_json(known.schema.to_json())
    assert [one.name for one in again.used] == [one.name for one in known.schema.used]


@pytest.mark.parametrize("name", USED_KINDS)
def test_a_column_of_a_kind_enters_the_network(name):
    known, values = profiled(name)
    encoder = known.encoders["x"]
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(encoder)
    )
    assert type(again) is type(encoder)
    encoded = {one: known.encoders[one].encode(values) for one in known.encoders}
    layout = InputLayout.of(known.schema, known.encoders)
    inputs = layout.inputs(encoded)
    assert all(len(array) == ROWS for array in inputs.values())
    of_ids = [one.name for stack in layout.stacks for one in stack.columns]
    assert of_ids == (["x"] if KINDS[name].enters_as_ids else [])
    assert layout.numbers == (("other",) if of_ids else ("x", "other"))
    if of_ids:
        assert known.counts["x"].shape == (len(encoder.vocabulary),)
        if not encoder.length:
            assert known.counts["x"].sum() == known.rows["train"]
    else:
        assert np.isfinite(inputs["numbers"][:, 0]).all()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (name, given)
        for name in ("categorical", "code", "text")
        for given in KINDS
        if (name, given) not in CANNOT_BE
    ],
)
def test_a_kind_that_is_given(name, given):
    column = profiled(name, {"x": given})[0].schema.columns[0]
    assert column.kind == given
    assert ("as you said" in column.why) == (given != name or not KINDS[name].is_used)


@pytest.mark.parametrize(("name", "given"), CANNOT_BE)
def test_a_kind_that_cannot_be_given(name, given):
    with pytest.raises(ValueError, match=CANNOT_BE[name, given]):
        profiled(name, {"x": given})


def test_the_command_offers_the_kinds_that_a_model_reads():
    assert set(KINDS_OF_THE_COMMAND) == set(USED_KINDS)


def test_what_a_user_reads_of_each_kind():
    known, _ = profiled("numeric")
    columns = tuple(
        Column(f"c{at}", kind, "why", 0, 2, ()) for at, kind in enumerate(KINDS)
    )
    schema = Schema(columns, known.schema.target, ROWS)
    text = column_table("t", schema)
    for kind in KINDS.values():
        assert kind.title in text
    page = section(Results("t", schema, {}, {}, 1, (), 0.0)).before
    for kind in KINDS.values():
        assert f"<b>{kind.name}</b>: {kind.meaning}" in page
    left_out = page.split("Left out")[1]
    for column in columns:
        assert (column.name in left_out) == (not KINDS[column.kind].is_used)
