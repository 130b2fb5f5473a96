"""One-hots in layers of the user, which are taken apart where nothing is lost."""

import keras
import numpy as np
import pytest
from fused_models import T, V, assert_same_training, build, ids_of
from keras import ops

import hotrow

L = keras.layers


class Composed(L.Layer):
    """Sub-layers that `call` composes: the usual form."""

    def __init__(self, *layers, **kwargs):
        super().__init__(**kwargs)
        self.parts = list(layers)

    def build(self, shape):
        for part in self.parts:
            part.build(shape)
            shape = part.compute_output_shape(shape)

    def compute_output_shape(self, shape):
        for part in self.parts:
            shape = part.compute_output_shape(shape)
        return shape

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


class Classifier(Composed):
    def call(self, x, training=None):
        hidden, drop, batch, last = self.parts
        x = ops.relu(hidden(x))
        return last(batch(drop(x, training=training), training=training))


class Model(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Composed(L.Flatten(), L.Dense(3))

    def call(self, x):
        return self.inner(x) * 2 + 1


class OnIds(L.Layer):
    """Makes its one-hots itself."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = L.Dense(2)

    def build(self, shape):
        self.dense.build((*shape, V))

    def call(self, ids):
        return self.dense(ops.one_hot(ids, V))


def layers_of_each():
    return {
        "composed": [Composed(L.Flatten(), L.Dense(3))],
        "nested": [Composed(Composed(L.Conv1D(3, 2)), L.Dense(2))],
        "classifier": [
            L.Flatten(),
            Classifier(
                L.Dense(4, name="hidden"),
                L.Dropout(0.0),
                L.BatchNormalization(),
                L.Dense(2, name="last"),
            ),
        ],
        "model": [Model()],
        "lambda": [
            L.Lambda(lambda x: ops.concatenate([x, x], axis=-1), (T, 2 * V)),
            L.Dense(3),
        ],
    }


def says(model, capsys):
    fused = hotrow.fuse(model, verbose=True)
    lines = capsys.readouterr().out.splitlines()[2:]
    return fused, [" ".join(line.split()) for line in lines]


def assert_same(model, fused):
    x = ids_of()
    for training in (False, True):
        a, b = (
            ops.convert_to_numpy(each(ops.convert_to_tensor(x), training=training))
            for each in (model, fused)
        )
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert {id(w) for w in fused.weights} == {id(w) for w in model.weights}


@pytest.mark.parametrize(
    "name", ["composed", "nested", "classifier", "model", "lambda"]
)
def test_a_composition_is_taken_apart(name, tmp_path):
    model = build(layers_of_each()[name])
    fused = hotrow.fuse(model, strict=True)
    assert fused is not model
    assert_same(model, fused)
    if name == "classifier":
        # Nothing of the user's is left.
        fused.save(tmp_path / "m.keras")
        loaded = keras.models.load_model(tmp_path / "m.keras")
        x = ids_of()
        np.testing.assert_allclose(
            fused.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-6
        )


def test_a_composition_trains_by_rows():
    model = build(layers_of_each()["composed"])
    fused = hotrow.fuse(model, strict=True)
    assert_same_training(model, fused, ids_of(), lambda: hotrow.RowSparse("adam"), 3)


def test_dropout_and_batch_norm_know_when_they_train():
    layer = Classifier(L.Dense(4), L.Dropout(0.5), L.BatchNormalization(), L.Dense(2))
    model = build([L.Flatten(), layer])
    fused = hotrow.fuse(model, strict=True)
    x = ops.convert_to_tensor(ids_of())
    mean = layer.parts[2].moving_mean
    before = ops.convert_to_numpy(mean)
    same = [ops.convert_to_numpy(fused(x)) for _ in "ab"]
    np.testing.assert_array_equal(*same)
    np.testing.assert_array_equal(before, ops.convert_to_numpy(mean))
    drawn = [ops.convert_to_numpy(fused(x, training=True)) for _ in "ab"]
    assert (drawn[0] != drawn[1]).any()
    assert (before != ops.convert_to_numpy(mean)).any()


def test_one_hots_that_a_layer_makes_itself():
    x = keras.Input((T,), dtype="int32")
    model = keras.Model(x, OnIds()(x))
    fused = hotrow.fuse(model, strict=True)
    assert fused is not model
    assert_same(model, fused)
    model = keras.Model(
        x, L.Dense(2)(L.Lambda(lambda ids: ops.one_hot(ids, V), (T, V))(x))
    )
    fused = hotrow.fuse(model, strict=True)
    assert not any(isinstance(layer, L.Lambda) for layer in fused.layers)
    assert_same(model, fused)


def test_a_layer_that_is_called_twice_shares_its_weights():
    layer = Composed(L.Dense(3))
    a, b = (keras.Input((T,), dtype="int32") for _ in "ab")
    hot = hotrow.OneHot(V)
    model = keras.Model([a, b], L.Add()([layer(hot(a)), layer(hot(b))]))
    fused = hotrow.fuse(model, strict=True)
    assert len(fused.weights) == 2
    given = [ids_of(), ids_of(seed=1)]
    np.testing.assert_allclose(
        model.predict(given, verbose=0), fused.predict(given, verbose=0), atol=1e-5
    )


class Broken(Composed):
    """A composition, and something more."""

    def __init__(self, more, **kwargs):
        super().__init__(L.Dense(3), **kwargs)
        self.more = more
        if more in ("own", "assign", "weight"):
            self.count = self.add_weight(shape=(), initializer="ones", name="count")
        if more == "says training":
            self.drop = L.Dropout(0.5)

    def compute_output_shape(self, shape):
        return (*shape[:-1], 3)

    def build(self, shape):
        self.parts[0].build(shape)

    def call(self, x, training=None):
        y = self.parts[0](x)
        if self.more == "own":
            return y * self.count
        if self.more == "tensor":
            return y * ops.ones((3,))
        if self.more == "random":
            return y * float(np.random.default_rng().random())
        if self.more == "training":
            return 2 * y if training else y
        if self.more == "says training":
            return self.drop(y, training=True)
        if self.more == "loss":
            self.add_loss(ops.sum(y))
        if self.more == "assign":
            self.count.assign_add(1)
        if self.more == "values":
            return y if y[0, 0, 0] > 0 else -y
        return y


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("own", "its call computes with weights, tensors or arrays of its own"),
        ("tensor", "its call computes with weights, tensors or arrays of its own"),
        ("random", "its call is not the same in training, or not the same twice"),
        ("training", "its call is not the same in training, or not the same twice"),
        ("says training", "its call says training to the layers that it calls"),
        ("loss", "its call "),
        ("assign", "its call sets variables"),
        ("weight", "it has weights of its own, beside those of the layers"),
        ("values", "its call cannot be traced: "),
    ],
)
def test_what_is_more_than_a_composition_is_listed(more, why, capsys):
    layer = Broken(more, name="mine")
    fused, (line,) = says(build([layer]), capsys)
    assert line.startswith(f"hot -> mine no: fuse does not know Broken: {why}")
    assert fused.get_layer("mine") is layer
    if more == "assign":
        assert float(ops.convert_to_numpy(layer.count)) == 1


def test_masks_and_casts_are_left_to_the_layer(capsys):
    masked = hotrow.OneHot(V, mask_zero=True, name="hot")
    layer = Composed(L.LSTM(3), name="mine")
    layer.supports_masking = True
    _, (line,) = says(build([layer], masked), capsys)
    assert line.endswith("Composed: it is given a mask, or gives one")
    layer = Composed(L.Dense(3), name="mine", dtype="float16")
    _, (line,) = says(build([layer]), capsys)
    assert line.endswith("Composed: it casts its input from float32 to float16")


def test_a_name_that_is_taken_is_listed(capsys):
    layers = [Composed(L.Dense(3, name="same"), name="mine"), L.Dense(2, name="same")]
    _, (line,) = says(build(layers), capsys)
    assert line.endswith(
        "in the layer mine and one outside of it are both named 'same'"
    )
