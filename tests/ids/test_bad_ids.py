"""A bad id is found in every Keras call, and the model survives it."""

import keras
import numpy as np
import pytest
from helpers import compiled, random_table, to_numpy

import hotrow
from hotrow.ids import bad_id_watch
from hotrow.keras_compat import model_calls

ROWS = 10
MODES = {
    "default": {},
    "no_jit": {"jit_compile": False},
    "eager": {"run_eagerly": True},
}
BACKEND = keras.backend.backend()


def make_data(bad=None):
    x = np.random.default_rng(0).integers(0, ROWS, (64, 3)).astype("int32")
    if bad is not None:
        x[33, 2] = bad
    return x, np.ones((64, 1), "float32")


def make_model(layer=None, **compile_options):
    layer = layer or hotrow.Embedding(ROWS, 4, name="words")
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            layer,
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    return compiled(model, **compile_options)


CALLS = {
    "fit": lambda m, x, y: m.fit(x, y, verbose=0),
    "fit_epochs": lambda m, x, y: m.fit(x, y, epochs=3, verbose=0),
    "evaluate": lambda m, x, y: m.evaluate(x, y, verbose=0),
    "predict": lambda m, x, y: m.predict(x, verbose=0),
    "train_on_batch": lambda m, x, y: m.train_on_batch(x, y),
    "test_on_batch": lambda m, x, y: m.test_on_batch(x, y),
    "predict_on_batch": lambda m, x, y: m.predict_on_batch(x),
}


@pytest.mark.parametrize(
    ("mode", "bad"), [("default", 10), ("default", -1), ("no_jit", 10), ("eager", 10)]
)
@pytest.mark.parametrize("call", CALLS)
def test_every_call_raises_and_the_model_survives(call, mode, bad):
    model = make_model(**MODES[mode])
    good_x, y = make_data()
    bad_x, _ = make_data(bad)
    message = rf"'words' received an id that is out of range: {bad}\..*input_dim=10"
    with pytest.raises(ValueError, match=message):
        CALLS[call](model, bad_x, y)
    assert all(np.isfinite(w).all() for w in model.get_weights())
    losses = model.fit(good_x, y, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    with pytest.raises(ValueError, match=message):
        CALLS[call](model, bad_x, y)


def test_the_first_bad_id_is_named():
    x, _ = make_data(55)
    x[40] = 1000
    with pytest.raises(ValueError, match="out of range: 55"):
        make_model().predict(x, batch_size=16, verbose=0)
    x[33] = 44
    with pytest.raises(ValueError, match="out of range: 44"):
        make_model().predict(x, batch_size=64, verbose=0)


@pytest.mark.skipif(BACKEND == "torch", reason="on PyTorch the step is not finished")
def test_a_bad_id_has_no_gradient():
    model = make_model()
    x, y = make_data(bad=77)
    twin = make_model(hotrow.Embedding(ROWS, 4, out_of_range="zero"))
    twin.set_weights(model.get_weights())
    with pytest.raises(ValueError, match="77"):
        model.train_on_batch(x, y)
    twin.train_on_batch(x, y)
    for ours, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_zero_vector_has_no_gradient():
    """One step of SGD by hand: rows move by what the good ids say, and no other."""
    table = random_table(4, 2)
    layer = hotrow.Embedding(4, 2, weights=table, out_of_range="zero")
    model = compiled(keras.Sequential([keras.Input((3,), dtype="int32"), layer]), "mse")
    x = np.array([[0, 1, 1], [3, -1, 99]], "int32")
    model.train_on_batch(x, np.zeros((2, 3, 2)))
    expected = table.copy()
    for row in (0, 1, 1, 3):
        expected[row] -= 0.1 * 2 * table[row] / 12
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-6)


def test_a_stand_in_row_is_trained():
    table = random_table(4, 2)
    layer = hotrow.Embedding(4, 2, weights=table, out_of_range=2)
    model = compiled(keras.Sequential([keras.Input((1,), dtype="int32"), layer]), "mse")
    model.train_on_batch(np.array([[99]]), np.zeros((1, 1, 2)))
    expected = table.copy()
    expected[2] -= 0.1 * 2 * table[2] / 2
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-6)


def test_validation_data_is_checked():
    x, y = make_data()
    with pytest.raises(ValueError, match="out of range: 55"):
        make_model().fit(x, y, validation_data=make_data(55), verbose=0)


def test_fit_stops_at_the_end_of_the_first_epoch():
    epochs = []
    model = make_model()
    at_end = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: epochs.append(epoch)
    )
    with pytest.raises(ValueError, match="55"):
        model.fit(*make_data(55), epochs=5, callbacks=at_end, verbose=0)
    assert epochs == [0]


def test_fit_looks_within_a_long_epoch(monkeypatch):
    monkeypatch.setattr(bad_id_watch, "SECONDS_BETWEEN_LOOKS", 0.0)
    steps = []

    def batches():
        for step in range(50):
            steps.append(step)
            yield make_data(bad=55 if step == 0 else None)

    with pytest.raises(ValueError, match="55"):
        make_model().fit(batches(), steps_per_epoch=50, shuffle=False, verbose=0)
    assert len(steps) < 20


@pytest.mark.parametrize("call", ["evaluate", "predict"])
def test_a_long_call_stops_early(call, monkeypatch):
    monkeypatch.setattr(bad_id_watch, "SECONDS_BETWEEN_LOOKS", 0.0)
    steps = []

    def batches():
        for step in range(50):
            steps.append(step)
            x, y = make_data(bad=55 if step == 0 else None)
            yield (x, y) if call == "evaluate" else (x,)

    model = make_model()
    with pytest.raises(ValueError, match="55"):
        getattr(model, call)(batches(), steps=50, verbose=0)
    assert len(steps) < 20
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_callbacks_may_be_given_by_position():
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epoch)
    )
    x, y = make_data()
    make_model().fit(x, y, 16, 2, 0, callback)
    assert seen == [0, 1]


def test_a_callback_list_is_used_as_it_is():
    model = make_model()
    seen = []
    callbacks = keras.callbacks.CallbackList(
        [keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(e))],
        add_history=True,
        model=model,
    )
    model.fit(*make_data(), epochs=2, callbacks=callbacks, verbose=0)
    assert seen == [0, 1]
    with pytest.raises(ValueError, match="55"):
        model.fit(*make_data(55), callbacks=callbacks, verbose=0)


@pytest.mark.skipif(BACKEND == "torch", reason="Keras has no such option on PyTorch")
def test_several_steps_per_execution():
    model = make_model(steps_per_execution=2)
    with pytest.raises(ValueError, match="55"):
        model.fit(*make_data(55), batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="55"):
        model.predict(make_data(55)[0], batch_size=8, verbose=0)


def test_each_of_two_layers_and_a_nested_model_is_watched():
    left = keras.Input((3,), dtype="int32")
    right = keras.Input((3,), dtype="int32")
    inner_input = keras.Input((3,), dtype="int32")
    inner = keras.Model(
        inner_input, hotrow.Embedding(ROWS, 2, name="inner")(inner_input)
    )
    outer = hotrow.OneHot(ROWS, name="outer")(left)
    model = keras.Model([left, right], [outer, inner(right)])
    good, bad = make_data()[0], make_data(55)[0]
    model.predict([good, good], verbose=0)
    with pytest.raises(ValueError, match="'outer' received"):
        model.predict([bad, good], verbose=0)
    with pytest.raises(ValueError, match="'inner' received"):
        model.predict([good, bad], verbose=0)
    model.predict([good, good], verbose=0)


def test_a_layer_called_twice_is_watched_in_both_calls():
    left = keras.Input((3,), dtype="int32")
    right = keras.Input((3,), dtype="int32")
    layer = hotrow.Embedding(ROWS, 2)
    model = keras.Model([left, right], keras.layers.Add()([layer(left), layer(right)]))
    good, bad = make_data()[0], make_data(55)[0]
    for inputs in ([bad, good], [good, bad]):
        with pytest.raises(ValueError, match="55"):
            model.predict(inputs, verbose=0)
    model.predict([good, good], verbose=0)


def test_a_subclassed_model_is_watched():
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = hotrow.Embedding(ROWS, 2)
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(keras.ops.mean(self.embedding(x), axis=1))

    model = compiled(Model())
    model.fit(*make_data(), verbose=0)
    with pytest.raises(ValueError, match="55"):
        model.fit(*make_data(55), verbose=0)
    model.fit(*make_data(), verbose=0)
    fresh = compiled(Model())
    with pytest.raises(ValueError, match="55"):
        fresh.predict(make_data(55)[0], verbose=0)


@pytest.mark.parametrize("length", [3, None])
def test_time_distributed(length):
    inputs = keras.Input((length, 2), dtype="int32")
    outputs = keras.layers.TimeDistributed(hotrow.OneHot(ROWS, name="hot"))(inputs)
    model = keras.Model(inputs, outputs)
    good = np.stack([make_data()[0]] * 2, axis=-1)
    expected = np.eye(ROWS)[good]
    np.testing.assert_array_equal(model.predict(good, verbose=0), expected)
    bad = np.stack([make_data(55)[0]] * 2, axis=-1)
    with pytest.raises(ValueError, match=r"'hot' received.*: 55"):
        model.predict(bad, verbose=0)


class EmbeddingCell(keras.layers.Layer):
    """An RNN cell that looks an id up in each step, as a decoder does."""

    state_size = 2
    output_size = 2

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.embedding = hotrow.Embedding(ROWS, 2, name="in_cell")

    def build(self, input_shape):
        self.embedding.build()

    def call(self, inputs, states):
        state = states[0] + self.embedding(inputs[:, 0])
        return state, [state]


@pytest.mark.parametrize("mode", ["default", "no_jit"])
def test_a_lookup_inside_a_loop(mode):
    inputs = keras.Input((3, 1), dtype="int32")
    outputs = keras.layers.RNN(EmbeddingCell())(inputs)
    model = compiled(keras.Model(inputs, outputs), **MODES[mode])
    good, bad = make_data()[0][..., None], make_data(55)[0][..., None]
    table = model.get_weights()[0]
    np.testing.assert_allclose(
        model.predict(good, verbose=0), table[good[..., 0]].sum(axis=1), rtol=1e-5
    )
    with pytest.raises(ValueError, match=r"'in_cell' received.*: 55"):
        model.predict(bad, verbose=0)
    target = np.zeros((64, 2), "float32")
    with pytest.raises(ValueError, match=r"'in_cell' received.*: 55"):
        model.fit(bad, target, verbose=0)
    model.fit(good, target, verbose=0)


def test_the_first_of_a_loop_is_named():
    inputs = keras.Input((3, 1), dtype="int32")
    model = keras.Model(inputs, keras.layers.RNN(EmbeddingCell())(inputs))
    x = np.array([[[1], [111], [222]]])
    with pytest.raises(ValueError, match="111"):
        model.predict(x, verbose=0)


def test_a_call_that_ended_early_leaves_no_blame():
    def stop(batch, logs):
        raise RuntimeError("enough")

    model = make_model()
    with pytest.raises((RuntimeError, ValueError)):
        model.fit(
            *make_data(55),
            batch_size=64,
            callbacks=keras.callbacks.LambdaCallback(on_train_batch_end=stop),
            verbose=0,
        )
    model.predict(make_data()[0], verbose=0)


def test_rematerialisation():
    with keras.RematScope(mode="full"):
        layer = hotrow.Embedding(ROWS, 4)
    model = make_model(layer)
    model.fit(*make_data(), verbose=0)
    with pytest.raises(ValueError, match="55"):
        model.fit(*make_data(55), verbose=0)
    model.fit(*make_data(), verbose=0)


def test_a_model_without_our_layers_is_left_alone():
    hotrow.OneHot(3)
    model = compiled(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]))
    x, y = make_data()
    history = model.fit(x, y, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2
    assert model not in bad_id_watch._states


def test_the_watch_is_installed_once():
    bad_id_watch.install()
    bad_id_watch.install()
    for name in model_calls.WRAPPED_METHODS:
        method = getattr(keras.Model, name)
        assert not hasattr(method._hotrow_wraps, "_hotrow_wraps")
        assert method.__name__ == name


def test_an_empty_batch_has_no_bad_id():
    layer = hotrow.Embedding(ROWS, 4)
    assert to_numpy(layer(np.zeros((0, 3), "int32"))).shape == (0, 3, 4)
    hot = hotrow.OneHot(ROWS)
    assert to_numpy(hot(np.zeros((2, 0), "int32"))).shape == (2, 0, ROWS)


@pytest.mark.parametrize("method", ["fit", "predict", "train_on_batch", "evaluate"])
@pytest.mark.parametrize(
    "text",
    [
        np.array([["Oslo", "Rome", "Bonn"]] * 4),
        [["Oslo", "Rome", "Bonn"]] * 4,
        np.array([["Oslo", "Rome", 3]] * 4, object),
    ],
    ids=["NumPy", "list", "objects"],
)
def test_text_is_answered_with_the_way_to_make_ids_of_it(method, text):
    model = make_model()
    args = (text,) if method == "predict" else (text, np.ones((4, 1)))
    with pytest.raises(ValueError, match=f"`{method}` of model .* such as 'Oslo'") as e:
        getattr(model, method)(*args)
    assert "hotrow.Vocabulary.fit" in str(e.value)
    assert "RawModel" in str(e.value)


def test_text_of_one_input_among_several_is_named():
    city = keras.Input((), dtype="int32", name="city")
    size = keras.Input((1,), name="size")
    rows = hotrow.Embedding(ROWS, 2)(city)
    outputs = keras.layers.Dense(1)(keras.layers.concatenate([rows, size]))
    model = keras.Model({"city": city, "size": size}, outputs)
    inputs = {"size": np.ones((2, 1)), "city": np.array(["Oslo", "Rome"])}
    with pytest.raises(ValueError, match="text in the input 'city', such as 'Oslo'"):
        model.predict(inputs, verbose=0)


def test_text_given_to_other_models_is_answered_by_keras():
    make_model()
    model = compiled(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]))
    with pytest.raises(ValueError) as error:  # noqa: PT011
        model.predict(np.array([["a", "b", "c"]]))
    assert "hotrow" not in str(error.value)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about tensorflow")
def test_text_of_a_model_that_looks_it_up():
    words = keras.Input((), dtype="string")
    ids = hotrow.Lookup(hotrow.Vocabulary(["Oslo"]))(words)
    model = keras.Model(words, hotrow.Embedding(3, 2)(ids))
    values = np.array(["Oslo", "Rome"])
    with pytest.raises(ValueError, match=r"tf\.constant"):
        model.predict(values, verbose=0)
    assert model.predict(values.astype(object), verbose=0).shape == (2, 2)
