"""A `RawModel` trains, saves and calls back as the model within, on raw inputs."""

import copy
import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from helpers import to_numpy

import hotrow

VOCAB = hotrow.Vocabulary(["Oslo", "Paris", "Rome"])
WORDS = ["Paris", "Oslo", "?", "Rome"] * 4
IDS = VOCAB.encode(WORDS)
Y = np.arange(16.0)[:, None] / 16


def new(optimizer="adam", **arguments):
    """A compiled raw model, the same each time."""
    keras.utils.set_random_seed(1)
    table = hotrow.Embedding(len(VOCAB), 3, embeddings_initializer="uniform")
    model = keras.Sequential(
        [keras.Input((), dtype="int32"), table, keras.layers.Dense(1)]
    )
    raw = hotrow.RawModel(model, hotrow.Lookup(VOCAB))
    if optimizer:
        raw.compile(optimizer, "mse", **arguments)
    return raw


SHARED = new("sgd", weighted_metrics=["mae"])
START = SHARED.get_state_tree(value_format="numpy_array")


@pytest.fixture
def raw():
    """A model that is compiled once for all that need no other."""
    SHARED.set_state_tree(START)
    SHARED.optimizer.learning_rate = 0.01
    return SHARED


def weights(model):
    return [np.array(x) for x in model.get_weights()]


def same(one, other, rtol=1e-5):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-6)


# Every public name of a model that a layer does not have; those of the model within,
# and those that act on the outer one.
OUTER = {
    *("layers", "get_layer", "summary", "save", "to_json", "export"),
    *("save_weights", "load_weights", "get_state_tree", "set_state_tree"),
    *("get_quantization_layer_structure",),
    # From `metrics` and `compute_loss`, which are the inner ones.
    *("metrics_names", "reset_metrics"),
    *("fit", "evaluate", "predict"),
    *("train_on_batch", "test_on_batch", "predict_on_batch"),
}


def test_nothing_of_training_is_kept_twice():
    compiled = keras.Sequential([keras.layers.Dense(1)])
    compiled.compile("sgd", "mse")
    names = set(dir(compiled)) - set(dir(keras.layers.Dense(1)))
    names = {name for name in names if not name.startswith("_")} - OUTER
    # A Sequential's own.
    names -= {"add", "pop", "inputs", "outputs", "input_shape", "output_shape"}
    shared = {
        name
        for cls in hotrow.RawModel.__mro__
        for name, value in vars(cls).items()
        if type(value).__name__ == "OfModel"
    }
    assert names - shared == set()
    assert {"compiled", "optimizer", "loss", "metrics", "history"} <= shared


def test_before_it_is_compiled():
    raw = new(None)
    assert not raw.compiled
    assert raw.loss is None
    assert raw.metrics == []
    assert not hasattr(raw, "optimizer")
    assert not hasattr(raw, "history")
    with pytest.raises(ValueError, match="must call `compile"):
        raw.fit(WORDS, Y)


def test_what_is_asked_of_training_is_that_of_the_model_within(raw):
    inner = raw.model
    assert raw.compiled
    assert inner.compiled
    assert raw.optimizer is inner.optimizer
    assert raw.loss == "mse"
    history = raw.fit(WORDS, Y, epochs=2, verbose=0, validation_data=(WORDS, Y))
    assert raw.history is history is inner.history
    assert set(history.history) == {"loss", "mae", "val_loss", "val_mae"}
    assert raw.metrics == inner.metrics
    assert raw.metrics_names == inner.metrics_names == ["loss", "compile_metrics"]
    assert raw.stop_training is inner.stop_training is False
    results = raw.evaluate(WORDS, Y, verbose=0, return_dict=True)
    assert results == {name: float(x) for name, x in raw.get_metrics_result().items()}
    raw.stop_training = True
    assert inner.stop_training is True
    before = raw.optimizer
    raw.optimizer = keras.optimizers.SGD(0.5)
    assert inner.optimizer.learning_rate == 0.5
    raw.optimizer = before


def test_a_model_that_was_compiled_before_it_was_wrapped(raw):
    again = hotrow.RawModel(raw.model, hotrow.Lookup(VOCAB))
    assert again.compiled
    assert again.optimizer is raw.optimizer
    again.fit(WORDS, Y, verbose=0)
    raw.model.fit(IDS, Y, verbose=0)
    assert int(raw.optimizer.iterations) == 2


class OwnStep(keras.Sequential):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **_):
        return 7.0 + 0.0 * keras.ops.mean(y_pred)


def test_a_step_of_the_users_own_is_used():
    table = hotrow.Embedding(len(VOCAB), 1)
    raw = hotrow.RawModel(OwnStep([table]), hotrow.Lookup(VOCAB))
    raw.compile("sgd")
    assert raw.train_on_batch(WORDS, Y) == 7.0


def test_a_step_that_would_not_be_used_is_refused():
    with pytest.raises(TypeError, match=r"Own.train_step would never run.*within"):

        class Own(hotrow.RawModel):
            def train_step(self, data):
                pass


ARGUMENTS = [
    {},
    {"sample_weight": list(range(16))},
    {"class_weight": {0: 1.0, 1: 3.0}, "y": [0, 1] * 8},
    {"validation_data": (WORDS[:4], Y[:4], np.arange(4.0)), "validation_freq": 2},
    *(
        pytest.param(arguments, marks=pytest.mark.slow)
        for arguments in (
            {"validation_split": 0.5, "batch_size": 8},
            {"sample_weight": np.arange(16.0)},
            {"steps_per_epoch": 2, "initial_epoch": 1},
        )
    ),
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda x: "-".join(x) or "none")
def test_fit_does_what_it_does_on_ids(raw, arguments):
    settings = {"epochs": 2, "verbose": 0, "shuffle": False, **arguments}
    y = settings.pop("y", Y)
    history = raw.fit(WORDS, y, **settings).history
    trained = weights(raw)
    raw.set_state_tree(START)
    if "sample_weight" in settings:
        settings["sample_weight"] = np.asarray(settings["sample_weight"])
    if "validation_data" in settings:
        settings["validation_data"] = (IDS[:4], Y[:4], np.arange(4.0))
    expected = raw.model.fit(IDS, np.asarray(y), **settings).history
    assert set(history) == set(expected)
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-5)
    same(trained, weights(raw))


def test_arguments_by_their_places(raw):
    seen = Seen()
    # As Keras has them: the size of a batch, epochs, `verbose`, and callbacks.
    raw.fit(WORDS, Y, 16, 2, 0, [seen], shuffle=False)
    assert seen.models == {id(raw)}
    trained, predicted = weights(raw), raw.predict(WORDS, 16, 0)
    raw.set_state_tree(START)
    raw.model.fit(IDS, Y, 16, 2, 0, shuffle=False)
    same(trained, weights(raw))
    np.testing.assert_allclose(predicted, raw.model.predict(IDS, 16, 0), rtol=1e-5)
    for call in (raw.fit, raw.evaluate, raw.train_on_batch):
        with pytest.raises((TypeError, ValueError), match="no_such"):
            call(WORDS, Y, no_such=1)
    with pytest.raises(TypeError, match="no_such"):
        raw.predict(WORDS, no_such=1)


@pytest.mark.slow
@pytest.mark.parametrize("eager", [True, False])
def test_compile_takes_the_arguments_of_keras(eager):
    raw = new("sgd", run_eagerly=eager, jit_compile=False)
    assert raw.run_eagerly is raw.model.run_eagerly is eager
    assert raw.jit_compile is False
    raw.fit(WORDS, Y, verbose=0)


@pytest.mark.parametrize(
    "y",
    [list(range(16)), pd.Series(range(16)), range(16), [np.int8(v) for v in range(16)]],
    ids=lambda y: type(y).__name__,
)
def test_targets_in_what_people_have_them_in(raw, y):
    loss = raw.evaluate(WORDS, y, verbose=0)[0]
    predicted = raw.predict(WORDS, verbose=0)[:, 0]
    assert loss == pytest.approx(np.mean((predicted - np.arange(16)) ** 2), rel=1e-5)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["yes", "no"] * 8, r"Targets must be numbers. Received: 'yes' in row 0"),
        (pd.Series(["yes", "no"] * 8), r"Received: 'yes' in row 0. Turn classes into"),
        ([0, 1] * 7 + [0, "no"], "Targets must be numbers. Received: 'no' in row 15"),
        ([[1], [1, 2]] * 8, "Targets differ in length from row to row"),
    ],
)
def test_targets_that_will_not_do(raw, y, message):
    for call in (raw.fit, raw.evaluate, raw.train_on_batch, raw.test_on_batch):
        with pytest.raises(ValueError, match=r"needs targets: .* with the loss 'mse'"):
            call(WORDS)
    with pytest.raises(ValueError, match=message):
        raw.fit(WORDS, y)
    with pytest.raises(ValueError, match="Sample weights must be numbers"):
        raw.fit(WORDS, Y, sample_weight=["a"] * 16)


class Seen(keras.callbacks.Callback):
    """Notes its model, and what it predicts from strings at each moment."""

    def __init__(self):
        super().__init__()
        self.models, self.shapes = set(), set()

    def _look(self):
        self.models.add(id(self.model))
        self.shapes.add(self.model.predict(["Oslo", "?"], verbose=0).shape)

    def on_train_begin(self, logs=None):
        self._look()

    def on_epoch_begin(self, epoch, logs=None):
        self._look()

    def on_train_batch_end(self, batch, logs=None):
        self.models.add(id(self.model))

    def on_epoch_end(self, epoch, logs=None):
        self._look()
        to_numpy(self.model(["Oslo"]))

    def on_train_end(self, logs=None):
        self._look()

    def on_test_end(self, logs=None):
        self.models.add(id(self.model))

    def on_predict_end(self, logs=None):
        self.models.add(id(self.model))


def test_the_model_of_a_callback_takes_raw_inputs(raw):
    seen = Seen()
    raw.fit(WORDS, Y, epochs=2, callbacks=[seen], verbose=0, validation_data=(WORDS, Y))
    assert seen.models == {id(raw)}
    assert seen.shapes == {(2, 1)}
    for call, data in ((raw.evaluate, (WORDS, Y)), (raw.predict, (WORDS,))):
        seen = Seen()
        call(*data, callbacks=seen, verbose=0)
        assert seen.models == {id(raw)}
        # It is as it was, for the next model.
        assert "set_model" not in vars(seen)


def test_callbacks_train_as_without(raw):
    settings = {"epochs": 3, "verbose": 0, "shuffle": False}
    raw.fit(WORDS, Y, callbacks=[Seen()], **settings)
    trained = weights(raw)
    raw.set_state_tree(START)
    raw.model.fit(IDS, Y, **settings)
    same(trained, weights(raw))


def test_a_checkpoint_takes_raw_inputs(tmp_path):
    raw = new(hotrow.RowSparse("adam"), metrics=["mae"])
    raw.fit(
        WORDS,
        Y,
        epochs=2,
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(tmp_path / "c.keras"),
            keras.callbacks.ModelCheckpoint(
                tmp_path / "best-{epoch}.keras", "mae", save_best_only=True
            ),
            keras.callbacks.ModelCheckpoint(
                tmp_path / "c.weights.h5", save_weights_only=True
            ),
        ],
    )
    expected = raw.predict(WORDS, verbose=0)
    loaded = keras.saving.load_model(tmp_path / "c.keras")
    assert type(loaded) is hotrow.RawModel
    np.testing.assert_allclose(loaded.predict(WORDS, verbose=0), expected, rtol=1e-5)
    # It goes on as the other one would.
    assert loaded.compiled
    assert int(loaded.optimizer.iterations) == int(raw.optimizer.iterations) == 2
    same(map_of(loaded.optimizer), map_of(raw.optimizer))
    for model in (raw, loaded):
        model.fit(WORDS, Y, verbose=0, shuffle=False)
    same(weights(loaded), weights(raw))
    fresh = new(hotrow.RowSparse("adam"))
    fresh.optimizer.build(fresh.trainable_variables)
    fresh.load_weights(tmp_path / "c.weights.h5")
    np.testing.assert_allclose(fresh.predict(WORDS, verbose=0), expected, rtol=1e-5)
    best = keras.saving.load_model(tmp_path / "best-1.keras")
    assert best.predict(["Oslo"], verbose=0).shape == (1, 1)


def map_of(optimizer):
    return [to_numpy(variable) for variable in optimizer.variables]


def test_early_stopping_and_learning_rates(raw):
    stop = keras.callbacks.EarlyStopping(
        "loss", patience=0, min_delta=100.0, restore_best_weights=True
    )
    rates = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.5 / (1 + epoch))
    history = raw.fit(WORDS, Y, epochs=9, callbacks=[stop, rates], verbose=0)
    assert raw.stop_training
    assert len(history.epoch) == 2
    assert float(raw.optimizer.learning_rate) == 0.25
    assert history.history["learning_rate"] == [0.5, 0.25]
    best = weights(raw)
    raw.set_state_tree(START)
    raw.optimizer.learning_rate = 0.5
    raw.fit(WORDS, Y, verbose=0)
    same(best, weights(raw))


class Stops(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_a_run_that_was_cut_off_goes_on_where_it_was(tmp_path):
    whole, cut, after = new(), new(), new()
    settings = {"epochs": 4, "verbose": 0, "shuffle": False}
    whole.fit(WORDS, Y, **settings)
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        cut.fit(WORDS, Y, callbacks=[backup, Stops()], **settings)
    assert "set_model" not in vars(backup)
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    history = after.fit(WORDS, Y, callbacks=[backup], **settings)
    assert history.epoch == [2, 3]
    same(weights(after), weights(whole))
    same(map_of(after.optimizer), map_of(whole.optimizer))


def test_tensorboard(tmp_path):
    pytest.importorskip("tensorboard")
    board = keras.callbacks.TensorBoard(tmp_path, histogram_freq=1)
    new().fit(WORDS, Y, callbacks=[board], verbose=0)
    assert list(tmp_path.rglob("events*"))


def test_weight_decay_is_caught_up_with_before_anything_is_read(tmp_path):
    raw = new(hotrow.RowSparse(keras.optimizers.AdamW(0.1, weight_decay=0.5)))
    for _ in range(3):
        raw.train_on_batch(["Oslo"], [[1.0]])
    table = raw.get_weights()[0]
    np.testing.assert_allclose(table, to_numpy(raw.model.layers[0].embeddings))
    fresh = new().get_weights()[0]
    # Three steps of decay by 0.05, without a gradient.
    np.testing.assert_allclose(table[3], fresh[3] * 0.95**3, rtol=1e-5)
    raw.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(loaded.get_weights()[0], table, rtol=1e-6)


def test_a_file_is_compiled_or_not(raw, tmp_path):
    raw.save(tmp_path / "m.keras")
    plain = keras.saving.load_model(tmp_path / "m.keras", compile=False)
    assert not plain.compiled
    assert not plain.model.compiled
    same(weights(plain), weights(raw))
    config = keras.saving.serialize_keras_object(raw)
    assert config["compile_config"]["loss"] == "mse"
    assert "compile_config" not in config["config"]["model"]


def test_inputs_of_any_name(tmp_path):
    names = ["class_name", "config", "module", "registered_name", "Ås", "a b"]
    inputs = {name: keras.Input((), name=name, dtype="int32") for name in names}
    outputs = sum(inputs.values())
    lookups = {name: hotrow.Lookup(hotrow.Vocabulary([name, "Oslo"])) for name in names}
    raw = hotrow.RawModel(keras.Model(inputs, outputs), lookups)
    rows = {name: ["Oslo", name] for name in names}
    assert to_numpy(raw(rows)).tolist() == [18, 12]
    raw.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    assert list(loaded.lookup) == names
    assert to_numpy(loaded(rows)).tolist() == [18, 12]


def test_clones_are_whole(raw):
    for clone in (
        pickle.loads(pickle.dumps(raw)),
        copy.deepcopy(raw),
        keras.models.clone_model(raw),
        hotrow.RawModel.from_config(raw.get_config()),
    ):
        assert clone.lookup.vocabulary == VOCAB
        clone.set_weights(raw.get_weights())
        np.testing.assert_allclose(
            to_numpy(clone(WORDS)), to_numpy(raw(WORDS)), rtol=1e-5
        )


def test_what_keras_says_of_a_model():
    raw = new()
    lines = []
    raw.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "lookup" in text
    assert "Total params: 19" in text
    assert raw.count_params() == raw.model.count_params() == 19
    assert isinstance(raw, keras.Model)
    assert raw.model in raw.layers
    assert raw.lookup in raw.layers
    assert raw.get_layer(raw.model.name) is raw.model
    assert len(raw.weights) == 3
    assert keras.models.model_from_json(raw.to_json()).count_params() == 19
    raw.trainable = False
    assert not raw.model.trainable
    assert not raw.trainable_variables


def test_it_is_built_when_the_model_within_is():
    model = keras.Sequential([hotrow.Embedding(len(VOCAB), 1)])
    raw = hotrow.RawModel(model, hotrow.Lookup(VOCAB))
    assert not raw.built
    with pytest.raises(ValueError, match="isn't built"):
        raw.count_params()
    raw(WORDS)
    assert raw.built
    assert raw.count_params() == 5


def test_state_trees(raw):
    raw.fit(WORDS, Y, verbose=0)
    assert int(raw.optimizer.iterations) == 1
    tree = raw.get_state_tree(value_format="numpy_array")
    assert set(tree) >= {"optimizer_variables", "metrics_variables"}
    raw.set_state_tree(START)
    assert int(raw.optimizer.iterations) == 0
    before = weights(raw)
    raw.set_state_tree(tree)
    assert not np.allclose(weights(raw)[0], before[0])


def test_what_cannot_be_exported_says_what_can(tmp_path):
    with pytest.raises(ValueError, match=r"HDF5 has no room for its vocabularies"):
        SHARED.save(tmp_path / "m.h5")
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match=r"cannot be exported.*Export `raw\.model`"):
        SHARED.export(tmp_path / "m")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize`")
def test_quantized():
    raw = new(None)
    expected = raw.predict(WORDS, verbose=0)
    raw.quantize("int8")
    np.testing.assert_allclose(raw.predict(WORDS, verbose=0), expected, atol=0.02)


def test_weights_that_were_trained_with_a_vocabulary_of_another_size(tmp_path):
    def of(words):
        vocabulary = hotrow.Vocabulary(words)
        table = hotrow.Embedding(len(vocabulary), 3)
        model = keras.Sequential([keras.Input((), dtype="int32"), table])
        return hotrow.RawModel(model, hotrow.Lookup(vocabulary))

    of(["Oslo", "Paris"]).save_weights(tmp_path / "model.weights.h5")
    larger = of(["Oslo", "Paris", "Rome"])
    with pytest.raises(ValueError, match="trained with another vocabulary"):
        larger.load_weights(tmp_path / "model.weights.h5")


def test_a_vocabulary_in_place_of_a_lookup():
    model = keras.Sequential([keras.Input((), dtype="int32"), hotrow.Embedding(5, 3)])
    with pytest.raises(ValueError, match=r"hotrow\.Lookup\(vocab\)"):
        hotrow.RawModel(model, VOCAB)
