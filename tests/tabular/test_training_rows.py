"""The batches of training: each row as often as it should, in a new order."""

import numpy as np
import pytest

from hotrow.tabular.schema import Column, Schema, Target
from hotrow.tabular.training.training_rows import TrainingRows

ROWS = 3000


@pytest.fixture
def table():
    columns = [
        Column(name, kind, "", 0, 0, ())
        for name, kind in (("id", "code"), ("words", "text"), ("size", "numeric"))
    ]
    target = Target("size again", "regression", "", None, 0)
    numbers = np.arange(ROWS)
    encoded = {
        "id": (numbers + 2).astype("int32"),
        "words": np.stack([numbers + 2, 0 * numbers], axis=1).astype("int32"),
        "size": numbers.astype("float32"),
    }
    return Schema(tuple(columns), target, ROWS), encoded, numbers.astype("float32")


def batches_of(table, rows=None, batch_size=7, blank=0.0, seed=0):
    schema, encoded, target = table
    rows = np.arange(1, ROWS, 2) if rows is None else rows
    unknown = {"id": 1, "words": 1}
    return TrainingRows(
        schema,
        encoded,
        target,
        rows,
        batch_size,
        unknown=unknown,
        seed=seed,
        blank=blank,
    )


def one_epoch(batches, epoch):
    batches.start_epoch(epoch)
    return [batches[number] for number in range(len(batches))]


def test_columns_of_a_row_stay_together(table):
    for inputs, target in one_epoch(batches_of(table), 0):
        assert target.shape == (7, 1)
        np.testing.assert_array_equal(inputs["numbers"], target)
        np.testing.assert_array_equal(inputs["id"], target[:, 0] + 2)
        np.testing.assert_array_equal(inputs["words"][:, 0], target[:, 0] + 2)


def test_each_row_comes_at_most_once_and_few_are_left_out(table):
    seen = np.concatenate([y[:, 0] for _, y in one_epoch(batches_of(table), 0)])
    assert len(seen) == len(set(seen)) == 1500 // 7 * 7
    assert set(seen) <= set(range(1, ROWS, 2))
    # Neighbours in the table are not neighbours in training.
    assert np.mean(np.abs(np.diff(seen)) < 20) < 0.05


def test_an_epoch_is_what_its_number_and_the_seed_say(table):
    def order(epoch, seed):
        batches = batches_of(table, blank=0.1, seed=seed)
        parts = one_epoch(batches, epoch)
        return np.concatenate([x["id"] for x, _ in parts])

    np.testing.assert_array_equal(order(3, 0), order(3, 0))
    assert (order(3, 0) != order(4, 0)).any()
    assert (order(3, 0) != order(3, 1)).any()


def test_batches_may_be_asked_for_in_any_order(table):
    batches = batches_of(table, blank=0.1)
    forward = one_epoch(batches, 0)
    for number in (len(batches) - 1, 0, 70, 3):
        inputs, target = batches[number]
        np.testing.assert_array_equal(target, forward[number][1])
        np.testing.assert_array_equal(inputs["id"], forward[number][0]["id"])


def test_some_values_are_taken_away(table):
    parts = one_epoch(batches_of(table, blank=0.1), 0)
    ids = np.concatenate([x["id"] for x, _ in parts])
    words = np.concatenate([x["words"] for x, _ in parts])
    numbers = np.concatenate([x["numbers"] for x, _ in parts])
    assert np.mean(ids == 1) == pytest.approx(0.1, abs=0.03)
    assert np.mean(words[:, 0] == 1) == pytest.approx(0.1, abs=0.03)
    assert not words[:, 1].any()
    assert np.mean(np.isnan(numbers)) == pytest.approx(0.1, abs=0.03)


def test_a_table_smaller_than_a_batch_is_one_batch(table):
    batches = batches_of(table, rows=np.arange(5), batch_size=32)
    assert len(batches) == 1
    assert batches[0][1].shape == (5, 1)
