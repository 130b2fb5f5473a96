"""The model of a table is a Keras model: it trains and saves on raw columns."""

import keras
import numpy as np
import pandas as pd
import pytest
import tables

import hotrow
from hotrow.tabular.table_model import TableModel

pytestmark = pytest.mark.once

PEOPLE = tables.people(40)
ROWS = {name: values for name, values in PEOPLE.items() if name != "income"}


@pytest.fixture(scope="module")
def model():
    quiet = {"epochs": 1, "baselines": False, "say": lambda line: None}
    model = hotrow.tabular.fit(tables.people(60), "income", **quiet).model
    model.compile(
        keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"]
    )
    return model


def test_it_evaluates_on_raw_values_of_the_target(model):
    probability = model.predict(ROWS)[:, 0]
    second = np.array(PEOPLE["income"]) == model.schema.target.classes[1]
    chance = np.where(second, probability, 1 - probability)
    loss, accuracy = model.evaluate(ROWS, PEOPLE["income"], verbose=0)
    assert loss == pytest.approx(-np.log(chance).mean(), rel=1e-4)
    assert accuracy == pytest.approx(((probability >= 0.5) == second).mean())
    frame = pd.DataFrame(PEOPLE)
    again = model.evaluate(frame, frame["income"], verbose=0)
    assert again == pytest.approx([loss, accuracy])


@pytest.mark.slow
def test_it_goes_on_training_and_its_checkpoints_take_raw_columns(model, tmp_path):
    before = model.get_weights()
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "c.keras")
    history = model.fit(
        ROWS, PEOPLE["income"], epochs=2, callbacks=[checkpoint], verbose=0
    )
    assert history is model.history is model.model.history
    assert len(history.history["loss"]) == 2
    assert not np.allclose(model.get_weights()[-1], before[-1])
    loaded = keras.saving.load_model(tmp_path / "c.keras")
    assert type(loaded) is TableModel
    np.testing.assert_allclose(loaded.predict(ROWS), model.predict(ROWS), atol=1e-6)
    assert int(loaded.optimizer.iterations) == int(model.optimizer.iterations) > 0
    with pytest.raises(ValueError, match="is not one of the 2 classes"):
        model.fit(ROWS, ["maybe"] * 40)
    with pytest.raises(ValueError, match="target is missing, in row 1 of 40"):
        model.fit(ROWS, [PEOPLE["income"][0], None] * 20)


def test_predict_takes_the_arguments_of_keras_and_no_others(model):
    expected = model.predict(ROWS)
    for arguments in (
        {"batch_size": 7},
        {"verbose": 0},
        {"batch_size": 40, "steps": 1},
    ):
        same = model.predict(ROWS, **{"verbose": 0, **arguments})
        np.testing.assert_allclose(same, expected, atol=1e-6)
    np.testing.assert_allclose(model.predict(ROWS, 7, 0), expected, atol=1e-6)
    for wrong in ({"batchsize": 7}, {"verbose": 0, "encoding": "utf-8"}):
        with pytest.raises(TypeError, match="unexpected keyword argument"):
            model.predict(ROWS, **wrong)


def test_raw_columns_in_what_people_have_them_in(model):
    expected = model.predict(ROWS)
    frame = pd.DataFrame(ROWS)
    for same in (frame.to_dict("records"), frame.to_records(index=False)):
        np.testing.assert_allclose(model.predict(same), expected, atol=1e-6)
    one = {name: values[0] for name, values in ROWS.items()}
    np.testing.assert_allclose(model.predict([one]), expected[:1], atol=1e-6)
    for name in model.lookup:
        with pytest.raises(ValueError, match=f"input '{name}' is a single value"):
            model.predict({**ROWS, name: one[name]})
        with pytest.raises(ValueError, match=rf"number of rows.*'{name}' 3"):
            model.predict({**ROWS, name: ROWS[name][:3]})
    with pytest.raises(ValueError, match="takes a frame, an Arrow table or a dict"):
        model.predict([1, 2])


def test_what_keras_says_of_it(model):
    assert isinstance(model, hotrow.RawModel)
    assert model.count_params() == model.model.count_params()
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_allclose(clone.predict(ROWS), model.predict(ROWS), atol=1e-6)
    with pytest.raises(ValueError, match="cannot be exported"):
        model.export("anywhere")
