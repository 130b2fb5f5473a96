"""Why training ended is an enum; a user reads it as a sentence."""

import json

import pytest

from hotrow.tabular.training.course import Course
from hotrow.tabular.training.end_reason import EndReason
from hotrow.tabular.training.options import TrainingOptions

pytestmark = pytest.mark.once

SENTENCES = {
    EndReason.EPOCHS_DONE: "All 9 epochs were done.",
    EndReason.NOT_IMPROVING: "Training ended after epoch 2, as the loss on the "
    "validation rows had not fallen for 4 epochs.",
    EndReason.INTERRUPTED_AFTER_EPOCH: "Training was interrupted after epoch 2.",
    EndReason.INTERRUPTED_IN_EPOCH: "Training was interrupted in epoch 3.",
    EndReason.INTERRUPTED_IN_FIRST_EPOCH: "Training was interrupted in its first "
    "epoch.",
}
OPTIONS = TrainingOptions(epochs=9, patience=4)


@pytest.mark.parametrize("reason", EndReason)
def test_a_user_reads_a_sentence(reason):
    course = Course({"loss": [1.0, 0.5]}, end=reason)
    assert course.end_sentence(OPTIONS) == SENTENCES[reason]
    assert course.was_interrupted == ("was interrupted" in SENTENCES[reason])


@pytest.mark.parametrize("reason", [None, *EndReason])
def test_a_file_keeps_the_reason(reason):
    content = json.loads(json.dumps(Course(end=reason).to_json()))
    again = Course.from_json(content)
    assert again.end is reason
    assert again == Course(end=reason)


def test_training_that_is_not_over_has_no_reason():
    course = Course({"loss": [1.0]})
    assert not course.was_interrupted
    with pytest.raises(ValueError, match=r"not over\. Epochs done: 1."):
        course.end_sentence(OPTIONS)
