"""The batches of training: each row as often as it should, in a new order."""

import numpy as np
import pytest

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.network.stack import Stack, StackedColumn
from hotrow.tabular.training.training_rows import TrainingRows

pytestmark = pytest.mark.once

ROWS = 3000


@pytest.fixture
def table():
    columns = (
        StackedColumn("id", ROWS + 2, 1, 0),
        StackedColumn("again", ROWS + 2, 1, ROWS + 1),
    )
    layout = InputLayout(
        (
            Stack("ids", 8, None, columns),
            Stack("words", 8, 2, (StackedColumn("words", ROWS + 2, 1, 0),)),
        ),
        ("size",),
    )
    numbers = np.arange(ROWS)
    ids = (numbers + 2).astype("int32")
    inputs = {
        "ids": np.stack([ids, ids + ROWS + 1], axis=1),
        "words": np.stack([ids, 0 * ids], axis=1)[:, np.newaxis],
        "numbers": numbers.astype("float32")[:, np.newaxis],
    }
    return layout, inputs, numbers.astype("float64")


def batches_of(table, rows=None, batch_size=7, blank=0.0, seed=0):
    layout, inputs, target = table
    rows = np.arange(1, ROWS, 2) if rows is None else rows
    encoder = TargetEncoder("regression")
    return TrainingRows(
        layout, inputs, target, encoder, rows, batch_size, seed=seed, blank=blank
    )


def one_epoch(batches, epoch):
    batches.start_epoch(epoch)
    return [batches[number] for number in range(len(batches))]


def test_columns_of_a_row_stay_together(table):
    for inputs, target in one_epoch(batches_of(table), 0):
        assert target.shape == (7, 1)
        np.testing.assert_array_equal(inputs["numbers"], target)
        np.testing.assert_array_equal(inputs["ids"][:, 0], target[:, 0] + 2)
        np.testing.assert_array_equal(inputs["ids"][:, 1], target[:, 0] + ROWS + 3)
        np.testing.assert_array_equal(inputs["words"][:, 0, 0], target[:, 0] + 2)


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
        return np.concatenate([x["ids"] for x, _ in parts])

    np.testing.assert_array_equal(order(3, 0), order(3, 0))
    assert (order(3, 0) != order(4, 0)).any()
    assert (order(3, 0) != order(3, 1)).any()


def test_batches_may_be_asked_for_in_any_order(table):
    batches = batches_of(table, blank=0.1)
    forward = one_epoch(batches, 0)
    for number in (len(batches) - 1, 0, 70, 3):
        inputs, target = batches[number]
        np.testing.assert_array_equal(target, forward[number][1])
        np.testing.assert_array_equal(inputs["ids"], forward[number][0]["ids"])


def test_some_values_are_taken_away(table):
    parts = one_epoch(batches_of(table, blank=0.1), 0)
    ids = np.concatenate([x["ids"] for x, _ in parts])
    words = np.concatenate([x["words"] for x, _ in parts])
    numbers = np.concatenate([x["numbers"] for x, _ in parts])
    # Each column has an id of unknown values of its own.
    assert np.mean(ids == [1, ROWS + 2], axis=0) == pytest.approx(0.1, abs=0.03)
    assert np.mean(words[..., 0] == 1) == pytest.approx(0.1, abs=0.03)
    assert not words[..., 1].any()
    assert np.mean(np.isnan(numbers)) == pytest.approx(0.1, abs=0.03)


def test_a_table_smaller_than_a_batch_is_one_batch(table):
    batches = batches_of(table, rows=np.arange(5), batch_size=32)
    assert len(batches) == 1
    assert batches[0][1].shape == (5, 1)
