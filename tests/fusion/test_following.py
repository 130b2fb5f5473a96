"""Which one-hots are found and fused, on which ways, and what is said of the others."""

import keras
import numpy as np
import pytest
from fused_models import L, T, V, assert_same_training, build, ids_of, tabular

import hotrow
from hotrow.tables import registry


def ids(shape=(T,), name=None):
    return keras.Input(shape, dtype="int32", name=name)


def edges_of(model, capsys):
    """Fuses a model and returns it and the lines that `verbose` prints."""
    fused = hotrow.fuse(model, verbose=True)
    lines = capsys.readouterr().out.splitlines()
    return fused, [" ".join(line.split()) for line in lines[2:]]


def assert_same_answers(model, fused, x, atol=1e-6):
    a = keras.tree.flatten(model.predict(x, verbose=0))
    b = keras.tree.flatten(fused.predict(x, verbose=0))
    for expected, answer in zip(a, b, strict=True):
        np.testing.assert_allclose(answer, expected, atol=atol)


def types_in(model):
    return {type(layer) for layer in keras.tree.flatten(model.layers)}


def test_a_table_of_edges(capsys):
    x = ids()
    hot = hotrow.OneHot(V, name="words")(x)
    pooled = L.GlobalMaxPooling1D(name="pool")(hot)
    flat = L.Dense(2, name="dense")(L.Flatten(name="flat")(hot))
    model = keras.Model(x, [pooled, flat])
    fused, lines = edges_of(model, capsys)
    assert sorted(lines) == [
        "words -> flat -> dense yes",
        "words -> pool no: fuse does not know GlobalMaxPooling1D",
    ]
    # The one-hot is still made for the pool, and its ids are made beside it.
    assert [x.name for x in fused.layers if "words" in x.name] == ["words", "words_ids"]
    assert_same_answers(model, fused, ids_of())


def test_strict_names_what_is_not_fused():
    model = build([L.Lambda(lambda x: 2 * x, output_shape=(T, V), name="twice")])
    with pytest.raises(ValueError, match=r"(?s)It cannot fuse 1 of 1:.*hot -> twice"):
        hotrow.fuse(model, strict=True)


@pytest.mark.parametrize(
    ("layers", "why"),
    [
        (
            lambda: [L.Lambda(lambda x: x[:, ::-1], (T, V))],
            "fuse does not know Lambda: in its call, fuse does not know GetItem",
        ),
        (lambda: [L.TimeDistributed(L.LayerNormalization())], "LayerNormalization"),
        (lambda: [L.Reshape((T * V, 1)), L.Conv1D(2, 2)], "takes vectors apart"),
        (lambda: [L.Masking(0.5), L.LSTM(2)], "mask_value=0.5, and fuse knows 0"),
        (lambda: [L.Dropout(0.1, noise_shape=(1, T, V)), L.Dense(2)], "noise_shape"),
        (
            lambda: [L.LSTM(2, dropout=0.1, recurrent_dropout=0.1)],
            "dropout and recurrent_dropout",
        ),
        (lambda: [L.EinsumDense("abc,dc->abd", (T, 2))], "a category is no row"),
        (lambda: [L.EinsumDense("abc,cd->acbd", (V, T, 2))], "keeps the one-hot axis"),
        (lambda: [L.EinsumDense("abc,bd->acd", (V, 2))], "does not contract"),
    ],
)
def test_what_is_left_alone(layers, why, capsys):
    model = build(layers())
    fused, (line,) = edges_of(model, capsys)
    assert fused is model
    assert why in line


def test_groups_are_left_alone(capsys):
    x = ids()
    y = L.Conv1D(4, 2, groups=2)(hotrow.OneHot(V + 1)(x))
    _, (line,) = edges_of(keras.Model(x, y), capsys)
    assert line.endswith("no: it has groups=2")


def test_a_quantized_kernel_is_left_alone(capsys):
    model = build([L.Dense(3, name="dense")])
    model.get_layer("dense").quantize("int8")
    _, (line,) = edges_of(model, capsys)
    assert line == "hot -> dense no: its kernel is quantized (int8)"


def test_lora_is_left_alone_and_right_if_it_comes_later(capsys):
    model = build([L.Dense(3, name="dense")])
    fused = hotrow.fuse(model)
    late = fused.get_layer("dense")
    late.enable_lora(2)
    late.lora_kernel_b.assign(np.ones((2, 3)))
    kernel = late.lora_kernel_a.numpy() @ np.ones((2, 3)) + model.weights[0].numpy()
    x = ids_of()
    np.testing.assert_allclose(fused.predict(x, verbose=0), kernel[x], atol=1e-6)
    other = build([L.Dense(3, name="dense")])
    other.get_layer("dense").enable_lora(2)
    _, (line,) = edges_of(other, capsys)
    assert line == "hot -> dense no: its kernel has LoRA"


def test_a_user_s_subclass_is_left_alone(capsys):
    class MyDense(L.Dense):
        def call(self, inputs, training=None):
            return 2 * super().call(inputs)

    _, (line,) = edges_of(build([MyDense(2, name="mine")]), capsys)
    assert line == (
        "hot -> mine no: fuse does not know MyDense: its call computes with weights, "
        "tensors or arrays of its own"
    )


def test_a_model_without_one_hots(capsys):
    model = keras.Sequential([keras.Input((3,)), L.Dense(2)])
    assert hotrow.fuse(model, strict=True, verbose=True) is model
    assert "no one-hot layer that fuse knows" in capsys.readouterr().out


def test_a_one_hot_that_the_model_returns(capsys):
    x = ids()
    model = keras.Model(x, hotrow.OneHot(V, name="hot")(x))
    fused, lines = edges_of(model, capsys)
    assert fused is model
    assert lines == ["hot -> (output) no: the model returns it"]


def test_fusing_twice_changes_nothing():
    fused = hotrow.fuse(build([L.Conv1D(2, 3), L.Dense(1)]))
    assert hotrow.fuse(fused) is fused


def test_one_hots_that_are_not_followed_are_told_of(capsys):
    x = ids()
    hot = hotrow.OneHot(V, name="hot", activity_regularizer="l2")(x)
    sparse = L.CategoryEncoding(V, output_mode="one_hot", name="sparse", sparse=True)
    model = keras.Model(x, L.Dense(2)(hot))
    fused, lines = edges_of(model, capsys)
    assert fused is model
    assert lines == ["hot -> ... no: it has an activity_regularizer"]
    if keras.backend.backend() != "torch":
        _, lines = edges_of(keras.Model(x, L.Dense(2)(sparse(x))), capsys)
        assert lines == ["sparse -> ... no: it gives sparse tensors"]


def test_inputs_and_outputs_by_name():
    x = {"a": ids(name="a"), "b": ids((), name="b")}
    y = {
        "steps": L.Dense(2)(hotrow.OneHot(V)(x["a"])),
        "one": L.Dense(2)(hotrow.OneHot(V)(x["b"])),
    }
    model = keras.Model(x, y)
    fused = hotrow.fuse(model, strict=True)
    given = {"a": ids_of(), "b": ids_of(5)}
    answers, expected = fused.predict(given, verbose=0), model.predict(given, verbose=0)
    assert set(answers) == {"steps", "one"}
    for name, values in expected.items():
        np.testing.assert_array_equal(answers[name], values)


def test_features_of_a_fused_model():
    model = build([L.LSTM(3, name="lstm"), L.Dense(1, name="score")])
    fused = hotrow.fuse(model, strict=True)
    features = keras.Model(fused.inputs, fused.get_layer("score").output)
    x = ids_of()
    np.testing.assert_allclose(
        features.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6
    )


def test_categories_beside_numbers():
    model = tabular(L.Dense(3))
    fused = hotrow.fuse(model, strict=True)
    rng = np.random.default_rng(0)
    x = [ids_of(8, V), ids_of(8, 7), rng.normal(size=(8, 4)).astype("float32")]
    assert_same_answers(model, fused, x)
    for optimizer in (
        lambda: keras.optimizers.SGD(0.3),
        lambda: hotrow.RowSparse(keras.optimizers.SGD(0.3)),
    ):
        assert_same_training(model, fused, x, optimizer, 3)


@pytest.mark.parametrize(
    "layers",
    [
        [L.Conv1D, (2, 3), {"padding": "causal"}],
        [L.LSTM, (2,), {}],
        [L.EinsumDense, ("abc,bcd->ad", 2), {}],
    ],
    ids=lambda x: x[0].__name__,
)
def test_one_hots_and_numbers_in_each_step(layers):
    cls, args, kwargs = layers
    words, numbers = ids(), keras.Input((T, 2))
    x = L.Concatenate()([numbers, hotrow.OneHot(V)(words)])
    model = keras.Model([words, numbers], cls(*args, **kwargs)(x))
    fused = hotrow.fuse(model, strict=True)
    values = np.random.default_rng(0).normal(size=(5, T, 2)).astype("float32")
    x = [ids_of(), values]
    assert_same_answers(model, fused, x)
    assert_same_training(model, fused, x, lambda: keras.optimizers.SGD(0.3), 2)


def test_flat_one_hots_and_numbers_of_all_steps():
    words, numbers = ids(), keras.Input((T, 2))
    x = L.Concatenate()([hotrow.OneHot(V)(words), numbers, hotrow.OneHot(V)(words)])
    model = keras.Model([words, numbers], L.Dense(3)(L.Flatten()(x)))
    fused = hotrow.fuse(model, strict=True)
    values = np.random.default_rng(0).normal(size=(5, T, 2)).astype("float32")
    assert_same_answers(model, fused, [ids_of(), values])


def test_two_inputs_share_a_one_hot_and_a_consumer():
    a, b = ids(name="a"), ids(name="b")
    hot, lstm = hotrow.OneHot(V), L.LSTM(3)
    model = keras.Model([a, b], L.Dot(1)([lstm(hot(a)), lstm(hot(b))]))
    fused = hotrow.fuse(model, strict=True)
    x = [ids_of(), ids_of(seed=1)]
    assert_same_answers(model, fused, x)
    assert len(fused.weights) == len(model.weights) == 3
    assert_same_training(model, fused, x, lambda: keras.optimizers.SGD(0.3), 2)


def test_a_consumer_that_also_takes_numbers_is_left_alone(capsys):
    x, numbers = ids(), keras.Input((T, V))
    dense = L.Dense(2, name="dense")
    y = L.Add()([dense(hotrow.OneHot(V, name="hot")(x)), dense(numbers)])
    _, (line,) = edges_of(keras.Model([x, numbers], y), capsys)
    assert line == "hot -> dense no: it is called on other inputs elsewhere, too"


def test_category_encoding_and_its_last_axis_of_1(capsys):
    for shape in ((1,), (), (T,), (T, 1)):
        x = keras.Input(shape, dtype="int32")
        encoding = L.CategoryEncoding(V, output_mode="one_hot")
        model = keras.Model(x, L.Dense(3)(encoding(x)))
        fused = hotrow.fuse(model, strict=True)
        assert fused.output_shape == model.output_shape
        assert_same_answers(model, fused, ids_of((5, *shape)))
    x = keras.Input((None,), dtype="int32")
    y = L.Dense(2)(L.CategoryEncoding(V, output_mode="multi_hot", name="bag")(x))
    model = keras.Model(x, y)
    fused, (line,) = edges_of(model, capsys)
    assert fused is model
    assert line == (
        "bag -> ... no: its output_mode='multi_hot' is given an axis whose length is "
        "not known"
    )


def test_a_category_out_of_range_adds_nothing():
    x = keras.Input((1,), dtype="int32")
    y = L.Dense(3, bias_initializer="ones")(
        L.CategoryEncoding(V, output_mode="one_hot")(x)
    )
    fused = hotrow.fuse(keras.Model(x, y), strict=True)
    np.testing.assert_array_equal(
        fused.predict(np.array([[-1], [V]]), verbose=0), np.ones((2, 3))
    )


@pytest.mark.parametrize("policy", ["zero", 4])
def test_out_of_range_as_the_one_hot_says(policy):
    producer = hotrow.OneHot(V, out_of_range=policy)
    model = build([L.Dense(3, bias_initializer="ones")], producer)
    fused = hotrow.fuse(model, strict=True)
    x = ids_of()
    x[0, :3] = [-1, V, 10**6]
    assert_same_answers(model, fused, x, atol=0)
    if policy == "zero":
        np.testing.assert_array_equal(fused.predict(x, verbose=0)[0, :3], 1)


def test_a_bad_id_is_an_error():
    fused = hotrow.fuse(build([L.Dense(3)]), strict=True)
    x = ids_of()
    x[2, 2] = V
    with pytest.raises(ValueError, match=rf"Layer 'hot' .* out of range: {V}"):
        fused.predict(x, verbose=0)


def test_kernels_are_tables_but_for_those_with_more_laid_on_them():
    def kernel(**kwargs):
        model = build([L.Dense(3, **kwargs)])
        hotrow.fuse(model, strict=True)
        return model.weights[0]

    assert registry.find(kernel()) is not None
    assert registry.find(kernel(kernel_regularizer="l2")) is None
    assert registry.find(kernel(kernel_constraint="max_norm")) is None


def test_constraints_and_regularizers_hold():
    model = build([L.Dense(3, kernel_regularizer="l2", kernel_constraint="unit_norm")])
    fused = hotrow.fuse(model, strict=True)
    assert_same_training(model, fused, ids_of(), lambda: keras.optimizers.SGD(0.3), 3)
