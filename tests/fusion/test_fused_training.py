"""Training fused models by rows: optimizers, weight decay, files, shared tables."""

import keras
import numpy as np
import pytest
from fused_models import (
    L,
    T,
    V,
    assert_same_training,
    build,
    ids_of,
    targets_for,
)

import hotrow
from hotrow.tables import registry

K = keras.optimizers
BACKEND = keras.backend.backend()
LAYERS = {
    "dense": lambda: [L.Dense(3)],
    "conv1d": lambda: [L.Conv1D(3, 2)],
    "einsum_dense": lambda: [L.EinsumDense("abc,bcd->ad", 3)],
}


def pair(name):
    model = build(LAYERS[name]())
    return model, hotrow.fuse(model, strict=True)


def ids_of_every_row():
    """Ids that touch each row of a kernel, in each place of a window, in each step."""
    return np.array([np.roll(np.arange(V), -k)[:T] for k in range(V)], "int32")


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(
    "make",
    [
        lambda: K.Adam(0.1),
        lambda: K.RMSprop(0.1),
        lambda: K.Adagrad(0.1, weight_decay=0.5),
        lambda: hotrow.RowWiseAdagrad(0.1),
    ],
    ids=["adam", "rmsprop", "adagrad_decay", "row_wise_adagrad"],
)
def test_an_optimizer_by_rows_and_whole(name, make):
    # Where each step touches every row, lazy updates are none.
    model, fused = pair(name)
    x = ids_of_every_row()
    y = targets_for(model, x)
    results = []
    before = model.get_weights()
    for trained, optimizer in ((model, make()), (fused, hotrow.RowSparse(make()))):
        trained.compile(optimizer, "mse")
        for _ in range(3):
            trained.train_on_batch(x, y)
        results.append([w.copy() for w in trained.get_weights()])
        model.set_weights(before)
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_weight_decay_of_rows_that_no_batch_touches(name, tmp_path):
    model, fused = pair(name)
    x = ids_of((2, T), high=3)
    y = targets_for(model, x)
    before = model.get_weights()
    model.compile(K.SGD(0.1, weight_decay=0.5), "mse")
    for _ in range(4):
        model.train_on_batch(x, y)
    expected = [w.copy() for w in model.get_weights()]
    model.set_weights(before)
    fused.compile(hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5)), "mse")
    for _ in range(4):
        fused.train_on_batch(x, y)
    # The old model's file has caught up, too.
    model.save(tmp_path / "old.keras")
    loaded = keras.saving.load_model(tmp_path / "old.keras")
    for weights in (loaded.get_weights(), fused.get_weights(), model.get_weights()):
        for a, b in zip(weights, expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_model_that_would_read_stale_rows_is_refused():
    model, _ = pair("dense")
    model.compile(hotrow.RowSparse(K.SGD(0.1, weight_decay=0.5)), "mse")
    x = ids_of()
    with pytest.raises(ValueError, match=r"weight decay: layer 'dense.*hotrow.fuse"):
        model.train_on_batch(x, np.zeros((5, T, 3)))
    # Without decay there is nothing to miss.
    model.compile(hotrow.RowSparse(K.SGD(0.1)), "mse")
    model.train_on_batch(x, np.zeros((5, T, 3)))


def test_resuming_from_a_file(tmp_path):
    _, fused = pair("conv1d")
    x = ids_of((2, T), high=4)
    y = targets_for(fused, x)
    fused.compile(hotrow.RowSparse(K.Adam(0.1)), "mse")
    fused.train_on_batch(x, y)
    fused.save(tmp_path / "fused.keras")
    loaded = keras.saving.load_model(tmp_path / "fused.keras")
    for trained in (fused, loaded):
        trained.train_on_batch(x, y)
    for a, b in zip(fused.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert registry.row_axes(loaded.weights[0]) == 2


def test_two_one_hots_share_a_consumer_and_a_third_layer_joins_in():
    a, b = (keras.Input((T,), dtype="int32", name=name) for name in "ab")
    dense = L.Dense(3)
    first, second = hotrow.OneHot(V)(a), hotrow.OneHot(V)(b)
    outputs = [dense(first), dense(second), L.Conv1D(2, 2)(first)]
    model = keras.Model([a, b], L.Concatenate(1)([L.Flatten()(x) for x in outputs]))
    fused = hotrow.fuse(model, strict=True)
    x = [ids_of((2, T), high=3), ids_of((2, T), high=3, seed=1)]
    for make in (lambda: K.SGD(0.3), lambda: hotrow.RowSparse(K.SGD(0.3))):
        assert_same_training(model, fused, x, make, 3)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="XLA by choice is TensorFlow's")
@pytest.mark.parametrize("name", LAYERS)
def test_training_under_xla(name):
    model, fused = pair(name)
    assert_same_training(
        model,
        fused,
        ids_of((2, T), high=4),
        lambda: hotrow.RowSparse(K.SGD(0.3)),
        3,
        run_eagerly=False,
        jit_compile=True,
    )


@pytest.mark.skipif(BACKEND != "jax", reason="reads what JAX traces")
@pytest.mark.parametrize(
    "layers",
    [
        *LAYERS.values(),
        lambda: [L.LSTM(3)],
        lambda: [L.Bidirectional(L.GRU(3))],
        lambda: [L.Flatten(), L.Dense(3)],
        lambda: [L.Masking(), L.SpatialDropout1D(0.5), L.SimpleRNN(3, dropout=0.5)],
    ],
)
def test_nothing_as_long_as_the_categories_is_made(layers):
    import jax

    categories = 10_007
    model = build(layers(), hotrow.OneHot(categories))
    fused = hotrow.fuse(model, strict=True)

    def forward(trainable, other, x):
        return fused.stateless_call(trainable, other, x, training=True)[0]

    def sizes(jaxpr):
        for equation in jaxpr.eqns:
            for variable in equation.outvars:
                yield variable.aval.size, equation.primitive.name
            for value in equation.params.values():
                for inner in value if isinstance(value, (list, tuple)) else [value]:
                    inner = getattr(inner, "jaxpr", inner)
                    if hasattr(inner, "eqns"):
                        yield from sizes(inner)

    state = [[v.value for v in x] for x in (fused.trainable_variables, [])]
    state[1] = [v.value for v in fused.non_trainable_variables]
    traced = jax.make_jaxpr(forward)(*state, ids_of())
    # A kernel may be given another shape, which moves nothing.
    made = [(size, name) for size, name in sizes(traced.jaxpr) if name != "reshape"]
    assert max(made)[0] < categories
