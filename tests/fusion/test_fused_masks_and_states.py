"""Masks, initial states, returned states, stateful layers, and precision."""

import keras
import numpy as np
import pytest
from fused_models import L, T, V, assert_same_training, build, ids_of
from test_following import assert_same_answers, ids

import hotrow
from hotrow.fusion.core.plan import Plan, Term
from hotrow.fusion.rules.registry import CONSUMERS, PASSERS


def padded_ids(**kwargs):
    x = ids_of(**kwargs)
    x[0, 3:] = 0
    x[1, :2] = 0
    return x


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [L.LSTM(3)],
        lambda: [L.GRU(3, return_sequences=True), L.SimpleRNN(2)],
        lambda: [L.Bidirectional(L.LSTM(3, return_sequences=True)), L.GRU(2)],
        lambda: [L.Dense(3), L.LSTM(2)],
        lambda: [L.TimeDistributed(L.Dense(3)), L.LSTM(2)],
        lambda: [
            L.RNN(L.LSTMCell(3), return_sequences=True, zero_output_for_mask=True)
        ],
        lambda: [L.Dropout(0.5), L.LSTM(3)],
    ],
)
def test_padding_is_skipped(layers):
    model = build(layers(), hotrow.OneHot(V, mask_zero=True))
    fused = hotrow.fuse(model, strict=True)
    assert_same_answers(model, fused, padded_ids())


def test_the_loss_leaves_padding_out():
    model = build([L.Dense(3)], hotrow.OneHot(V, mask_zero=True))
    fused = hotrow.fuse(model, strict=True)
    assert_same_training(
        model, fused, padded_ids(), lambda: keras.optimizers.SGD(0.3), 2
    )


def test_masking_after_a_policy_of_zeros():
    producer = hotrow.OneHot(V, out_of_range="zero")
    model = build([L.Masking(), L.LSTM(3)], producer)
    fused = hotrow.fuse(model, strict=True)
    x = ids_of()
    x[0, 3:] = -1
    assert_same_answers(model, fused, x)


def test_masks_of_several_one_hots():
    a, b = ids(name="a"), ids(name="b")
    for second in (True, False):
        hot = [
            hotrow.OneHot(V, mask_zero=True)(a),
            hotrow.OneHot(V, mask_zero=second)(b),
        ]
        model = keras.Model([a, b], L.LSTM(3)(L.Concatenate()(hot)))
        fused = hotrow.fuse(model, strict=True)
        assert_same_answers(model, fused, [padded_ids(), padded_ids(seed=1)])


def test_a_mask_that_the_user_hands_in():
    x, mask = ids(), keras.Input((T,), dtype="bool")
    model = keras.Model([x, mask], L.LSTM(3)(hotrow.OneHot(V)(x), mask=mask))
    fused = hotrow.fuse(model, strict=True)
    given = np.random.default_rng(0).random((5, T)) < 0.6
    given[:, 0] = True
    assert_same_answers(model, fused, [ids_of(), given])


@pytest.mark.parametrize("cls", [L.SimpleRNN, L.GRU, L.LSTM])
def test_initial_and_returned_states(cls):
    x = ids()
    first = cls(3, return_state=True)
    second = cls(3, return_sequences=True, return_state=True)
    hot = hotrow.OneHot(V)(x)
    _, *states = first(hot)
    model = keras.Model(x, second(hot, initial_state=states))
    fused = hotrow.fuse(model, strict=True)
    assert_same_answers(model, fused, ids_of())
    assert_same_answers(model, keras.models.clone_model(fused), ids_of(), 9)


def test_bidirectional_with_states():
    x = ids()
    first = L.Bidirectional(L.GRU(3, return_state=True))
    second = L.Bidirectional(L.GRU(3), backward_layer=L.GRU(3, go_backwards=True))
    hot = hotrow.OneHot(V)(x)
    _, *states = first(hot)
    model = keras.Model(x, second(hot, initial_state=states))
    assert_same_answers(model, hotrow.fuse(model, strict=True), ids_of())


def test_a_stateful_layer_goes_on_where_it_was():
    x = keras.Input(batch_shape=(5, T), dtype="int32")
    layer = L.LSTM(3, stateful=True)
    model = keras.Model(x, layer(hotrow.OneHot(V)(x)))
    fused = hotrow.fuse(model, strict=True)
    batches = [ids_of(), ids_of(seed=1)]
    expected = [keras.ops.convert_to_numpy(model(b)) for b in batches]
    # Both have one state.
    layer.reset_state()
    answers = [keras.ops.convert_to_numpy(fused(b)) for b in batches]
    np.testing.assert_allclose(answers, expected, atol=1e-6)


def test_recurrent_dropout_is_drawn_once_a_call():
    model = build([L.LSTM(64, recurrent_dropout=0.5)])
    fused = hotrow.fuse(model, strict=True)
    x = ids_of()
    answers = [keras.ops.convert_to_numpy(fused(x, training=True)) for _ in range(2)]
    assert np.abs(answers[0] - answers[1]).max() > 1e-3
    assert_same_answers(model, fused, x)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_precision(policy):
    keras.config.set_dtype_policy(policy)
    for layers in (
        [L.Dense(3)],
        [L.LSTM(3)],
        [L.Conv1D(3, 2)],
        [L.Flatten(), L.Dense(2)],
    ):
        model = build(layers)
        fused = hotrow.fuse(model, strict=True)
        x = ids_of()
        a, b = model(x), fused(x)
        dtype = keras.backend.standardize_dtype(b.dtype)
        assert dtype == keras.backend.standardize_dtype(a.dtype)
        a, b = (
            keras.ops.convert_to_numpy(keras.ops.cast(v, "float32")) for v in (a, b)
        )
        np.testing.assert_allclose(a, b, atol=0.02)


def test_axes_whose_length_is_not_known():
    for layer in (L.LSTM(3), L.Dense(2), L.Conv1D(3, 3, padding="same", strides=2)):
        model = build([layer], shape=(None,))
        fused = hotrow.fuse(model, strict=True)
        for length in (4, 7):
            assert_same_answers(model, fused, ids_of((3, length)))


# The others take the place of what is given no mask.
LAYERS = [cls for cls, fused in PASSERS.items() if issubclass(fused, L.Layer)]


@pytest.mark.parametrize("cls", [*CONSUMERS, *LAYERS], ids=lambda cls: cls.__name__)
def test_masks_end_where_those_of_keras_end(cls):
    # Whether a layer passes masks on does not depend on its arguments.
    arguments = {
        L.Bidirectional: (L.LSTM(2),),
        L.Conv1D: (2, 2),
        L.EinsumDense: ("abc,cd->abd", (None, 2)),
        L.RNN: (L.LSTMCell(2),),
        L.Reshape: ((2,),),
        L.TimeDistributed: (L.Dense(2),),
    }.get(cls, () if cls in (L.Concatenate, L.Flatten, L.Masking) else (0.5,))
    if issubclass(cls, (L.Dense, L.GRU, L.LSTM, L.SimpleRNN)):
        arguments = (2,)
    fused = {**CONSUMERS, **PASSERS}[cls]
    plan = Plan(3, (Term(3),))
    if cls is L.Bidirectional:
        arguments = (CONSUMERS[L.LSTM](2, hot=plan),)
    layer = fused(*arguments, hot=plan)
    assert layer.supports_masking == cls(*arguments).supports_masking


@pytest.mark.filterwarnings("ignore:.*was passed an input with a mask attached")
@pytest.mark.parametrize(
    "layers", [lambda: [L.Conv1D(3, 1)], lambda: [L.Flatten(), L.Dense(3)]]
)
def test_a_mask_that_ends_is_not_in_the_loss(layers):
    model = build(layers(), hotrow.OneHot(V, mask_zero=True))
    fused = hotrow.fuse(model, strict=True)
    assert_same_training(
        model, fused, padded_ids(), lambda: keras.optimizers.SGD(0.3), 2
    )
