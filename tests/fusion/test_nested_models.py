"""One-hots in nested models, going into them, and coming out of them."""

import keras
import pytest
from fused_models import L, T, V, assert_same_training, ids_of
from test_following import assert_same_answers, edges_of, ids

import hotrow


def encoder(name="encoder"):
    return keras.Sequential(
        [keras.Input((T,), dtype="int32"), hotrow.OneHot(V), L.LSTM(3)], name=name
    )


def test_a_nested_model_is_fused_in_place(capsys):
    inner = encoder()
    a, b = ids(name="a"), ids(name="b")
    model = keras.Model([a, b], L.Dot(1)([inner(a), inner(b)]))
    fused, (line,) = edges_of(model, capsys)
    assert line.startswith("encoder/one_hot")
    assert line.endswith("yes")
    assert fused.get_layer("encoder") is not inner
    x = [ids_of(), ids_of(seed=1)]
    assert_same_answers(model, fused, x)
    assert_same_training(model, fused, x, lambda: keras.optimizers.SGD(0.3), 2)


def test_files_of_nested_models(tmp_path):
    x = ids()
    model = keras.Model(x, L.Dense(2)(encoder()(x)))
    fused = hotrow.fuse(model, strict=True)
    fused.save(tmp_path / "fused.keras")
    loaded = keras.saving.load_model(tmp_path / "fused.keras")
    assert_same_answers(model, loaded, ids_of())
    model.save_weights(tmp_path / "model.weights.h5")
    loaded.set_weights([0 * w for w in loaded.get_weights()])
    loaded.load_weights(tmp_path / "model.weights.h5")
    assert_same_answers(model, loaded, ids_of())


def test_a_one_hot_goes_into_a_nested_model():
    net = keras.Sequential([keras.Input((T, V)), L.Conv1D(3, 2), L.Dense(2)])
    x = ids()
    model = keras.Model(x, L.Dense(1)(net(hotrow.OneHot(V)(x))))
    fused = hotrow.fuse(model, strict=True)
    assert all(a is b for a, b in zip(fused.weights, model.weights, strict=True))
    assert_same_answers(model, fused, ids_of())


def test_a_one_hot_comes_out_of_a_nested_model():
    before = keras.Sequential([keras.Input((T,), dtype="int32"), hotrow.OneHot(V)])
    model = keras.Sequential([keras.Input((T,), dtype="int32"), before, L.Dense(2)])
    fused = hotrow.fuse(model, strict=True)
    assert_same_answers(model, fused, ids_of())


def test_a_model_in_a_model_in_a_model():
    middle = keras.Sequential([keras.Input((T,), dtype="int32"), encoder(), L.Dense(3)])
    x = ids()
    model = keras.Model(x, L.Dense(1)(middle(x)))
    fused = hotrow.fuse(model, strict=True)
    assert_same_answers(model, fused, ids_of())


def test_two_layers_of_one_name_are_not_put_into_one_graph(capsys):
    net = keras.Sequential([keras.Input((T, V)), L.LSTM(3, name="same")], name="net")
    x = ids()
    y = L.Dense(2, name="same")(net(hotrow.OneHot(V, name="hot")(x)))
    model = keras.Model(x, y)
    fused, (line,) = edges_of(model, capsys)
    assert fused is model
    assert line == (
        "hot -> net no: a layer in the nested model net and one outside of it are both "
        "named 'same'"
    )


def test_a_class_of_the_user_stays():
    class Trained(keras.Model):
        def train_step(self, *args, **kwargs):
            return {"loss": 0}

    x = ids()
    model = Trained(x, L.Dense(2)(hotrow.OneHot(V)(x)))
    assert type(hotrow.fuse(model)) is type(model)

    class Own(keras.Model):
        def __init__(self, units):
            x = ids()
            super().__init__(x, L.Dense(units)(hotrow.OneHot(V)(x)), name="own")

    with pytest.raises(ValueError, match=r"cannot make a Own of 'own' again"):
        hotrow.fuse(Own(2))


def test_models_without_a_graph():
    class Sub(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match=r"'sub' has none: it is a Sub.*Embedding"):
        hotrow.fuse(Sub(name="sub"))
    unbuilt = keras.Sequential([hotrow.OneHot(V), L.Dense(2)], name="late")
    with pytest.raises(ValueError, match=r"'late' is not: .* Put keras.Input"):
        hotrow.fuse(unbuilt)
    with pytest.raises(ValueError, match=r"takes a keras.Model. Received: 3 \(of type"):
        hotrow.fuse(3)
