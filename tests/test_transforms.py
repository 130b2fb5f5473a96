"""The layers under the transforms of each backend: vmap, grad, compile and the like."""

import keras
import numpy as np
import pytest
from helpers import compiled, random_table, to_numpy
from keras import ops

import hotrow

BACKEND = keras.backend.backend()
IDS = np.array([[1, 2, 9], [0, 0, 5]])
BAD = np.array([[1, 2, 9], [77, -4, 5]])
TABLE = random_table(10, 4)
POLICIES = ["error", "zero", 3]
# An error of TensorFlow's or JAX's own code is not a ValueError.
RAISES = ValueError if BACKEND == "torch" else Exception

only = {
    name: pytest.mark.skipif(name != BACKEND, reason=f"about {name}")
    for name in ("jax", "tensorflow", "torch")
}
# What PyTorch's compiler says of its own work on Keras's code.
quiet = [
    pytest.mark.filterwarnings(f"ignore:{message}")
    for message in (
        "The .grad attribute of a Tensor:UserWarning",
        "Dynamo detected a call to a `functools.lru_cache`:UserWarning",
    )
]


def embedding(policy="error", **kwargs):
    return hotrow.Embedding(
        10, 4, weights=TABLE, out_of_range=policy, name="words", **kwargs
    )


def one_hot(policy="error"):
    return hotrow.OneHot(10, out_of_range=policy, name="words")


def reversible(policy="error"):
    layer = hotrow.ReversibleEmbedding(10, 4, out_of_range=policy, name="words")
    layer.build()
    layer.set_weights([TABLE])
    return layer


def in_model(layer):
    """A Functional model of one layer, as a function of one example."""
    ids = keras.Input((3,), dtype="int32")
    model = keras.Model(ids, layer(ids))
    return lambda example: model(example[None])[0]


def expected(table, ids, policy):
    good = (ids >= 0) & (ids < 10)
    if policy == "zero":
        return np.where(good[..., None], table[np.where(good, ids, 0)], 0)
    return table[np.where(good, ids, policy)]


def vectorized(layer):
    return lambda ids: ops.vectorized_map(layer, ids)


def twice(layer):
    return vectorized(vectorized(layer))


def compiled_whole(function):
    """A function in one graph, or what is nearest to it."""
    if BACKEND == "jax":
        import jax

        return jax.jit(function)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(function)
    import torch

    return torch.compile(function, backend="eager", fullgraph=True)


MAPS = {"vectorized_map": vectorized, "twice": twice}
COMPILED = {
    "compiled": lambda layer: compiled_whole(lambda ids: 2 * layer(ids) / 2),
    "compiled vectorized_map": lambda layer: compiled_whole(vectorized(layer)),
}
CASES = [
    pytest.param(transform, make, policy, id=f"{name}-{make.__name__}-{policy}")
    for name, transform in {**MAPS, **COMPILED}.items()
    for make in (embedding, one_hot, reversible)
    for policy in POLICIES
    # The rest of them in models, below.
    if make is not reversible or name in ("vectorized_map", "compiled")
    # PyTorch's compiler takes seconds for each.
    if BACKEND != "torch"
    or name in MAPS
    or (make is embedding and policy == "error")
    or (make is one_hot and policy == "zero" and name == "compiled vectorized_map")
]


@pytest.fixture(autouse=True)
def _fresh_compiler():
    """PyTorch's compiler counts how often it compiles a function, over all tests."""
    yield
    if BACKEND == "torch":
        import torch

        torch._dynamo.reset()


@pytest.mark.parametrize(("transform", "make", "policy"), CASES)
@quiet[0]
@quiet[1]
def test_a_transformed_layer(transform, make, policy):
    table = np.eye(10, dtype="float32") if make is one_hot else TABLE
    layer = make(policy)
    look_up = transform(layer)
    once = BACKEND == "torch" and transform in COMPILED.values()
    for dtype in ("int32",) if once else ("int32", "int8"):
        rows = look_up(ops.convert_to_tensor(IDS.astype(dtype)))
        np.testing.assert_array_equal(to_numpy(rows), table[IDS])
    bad = ops.convert_to_tensor(BAD.astype("int32"))
    if policy != "error":
        want = expected(table, BAD, policy)
        np.testing.assert_array_equal(to_numpy(look_up(bad)), want)
        return
    with pytest.raises(RAISES, match=r"(?s)words.*is out of range.*(77|-4)"):
        to_numpy(look_up(bad))
    # As well after an error as before it.
    rows = look_up(ops.convert_to_tensor(IDS.astype("int32")))
    np.testing.assert_array_equal(to_numpy(rows), table[IDS])


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("make", [embedding, one_hot, reversible])
@quiet[0]
@quiet[1]
def test_a_functional_model_of_each_example(make, policy):
    table = np.eye(10, dtype="float32") if make is one_hot else TABLE
    look_up = vectorized(in_model(make(policy)))
    ids, bad = (ops.convert_to_tensor(x.astype("int32")) for x in (IDS, BAD))
    # PyTorch's compiler takes seconds for each.
    with_compiler = BACKEND != "torch" or (make is reversible and policy == "zero")
    for run in (look_up, *[compiled_whole(look_up)] * with_compiler):
        np.testing.assert_array_equal(to_numpy(run(ids)), table[IDS])
        if policy == "error":
            with pytest.raises(RAISES, match=r"(?s)words.*is out of range.*(77|-4)"):
                to_numpy(run(bad))
        else:
            want = expected(table, BAD, policy)
            np.testing.assert_array_equal(to_numpy(run(bad)), want)


@pytest.mark.parametrize("size", [256, 300])
def test_many_narrow_ids_at_once(size):
    """JAX's own `take` counts examples in the dtype of the ids, and so wraps around."""
    ids = np.arange(size) % 10
    for dtype in ("int8", "uint8"):
        rows = vectorized(embedding())(ops.convert_to_tensor(ids.astype(dtype)))
        np.testing.assert_array_equal(to_numpy(rows), TABLE[ids])


@pytest.mark.parametrize("kind", ["lora", "int8", "int4"])
@quiet[0]
@quiet[1]
def test_other_tables(kind):
    layer = hotrow.Embedding(10, 4, weights=TABLE)
    if kind == "lora":
        layer.enable_lora(2)
        layer.lora_embeddings_b.assign(random_table(2, 4, seed=1))
    else:
        layer.quantize(kind)
    ids = ops.convert_to_tensor(IDS.astype("int32"))
    rows = to_numpy(layer(ids))
    # PyTorch's compiler takes seconds for each.
    with_compiler = BACKEND != "torch" or kind == "int4"
    for transform in (vectorized, *[compiled_whole] * with_compiler):
        np.testing.assert_allclose(to_numpy(transform(layer)(ids)), rows, rtol=1e-6)


class OfRows(keras.Model):
    """A model that looks its ids up example by example."""

    def __init__(self, layer, is_mapped=True):
        super().__init__()
        self.table = layer
        self.dense = keras.layers.Dense(1, kernel_initializer="ones")
        self.look_up = vectorized(layer) if is_mapped else layer

    def call(self, ids):
        return self.dense(ops.mean(self.look_up(ids), axis=1))


@pytest.mark.parametrize("by_rows", [True, False])
def test_training_through_vectorized_map(by_rows):
    target = np.ones((2, 1))
    tables = []
    for is_mapped in (True, False):
        model = OfRows(embedding(), is_mapped)
        adam = keras.optimizers.Adam(0.1)
        compiled(model, optimizer=hotrow.RowSparse(adam) if by_rows else adam)
        model.fit(IDS, target, epochs=2, verbose=0)
        tables.append(model.table.get_weights()[0])
        assert np.isfinite(tables[-1]).all()
        with pytest.raises(Exception, match=r"(?s)words.*is out of range.*77"):
            model.predict(BAD, verbose=0)
        model.predict(IDS, verbose=0)
    np.testing.assert_allclose(*tables, rtol=1e-5)


@only["tensorflow"]
def test_tf_xla_says_that_it_cannot_check_within_vectorized_map():
    model = compiled(OfRows(embedding()), jit_compile=True)
    message = r"layer 'words' with out_of_range=\"error\".*jit_compile=False"
    with pytest.raises(NotImplementedError, match=rf"(?s)vectorized_map.*{message}"):
        model.predict(IDS, verbose=0)
    model = compiled(OfRows(embedding("zero")), jit_compile=True)
    model.predict(BAD, verbose=0)


@only["tensorflow"]
def test_tf_map_fn():
    import tensorflow as tf

    def look_up(layer):
        return lambda x: tf.map_fn(layer, x, fn_output_signature=tf.float32)

    bad = tf.constant(BAD)
    rows = tf.function(look_up(embedding("zero")))(bad)
    np.testing.assert_array_equal(rows, expected(TABLE, BAD, "zero"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="77"):
        tf.function(look_up(embedding()))(bad)


@only["jax"]
@pytest.mark.parametrize("policy", ["zero", 3])
def test_jax_scan_checkpoint_and_while(policy):
    import jax

    layer = embedding(policy)
    want = expected(TABLE, BAD, policy)
    scan = jax.lax.scan(lambda _, ids: (0, layer(ids)), 0, BAD)[1]
    loop = jax.lax.fori_loop(0, 1, lambda _, total: total + layer(BAD), 0 * want)
    for rows in (scan, loop, jax.checkpoint(layer)(BAD), jax.lax.map(layer, BAD)):
        np.testing.assert_array_equal(rows, want)
    shape = jax.eval_shape(layer, jax.ShapeDtypeStruct((2, 3), "int32")).shape
    assert shape == (2, 3, 4)


@only["jax"]
def test_a_jax_program_without_a_check_can_be_exported():
    import jax
    from jax import export

    program = export.export(jax.jit(embedding("zero")))(
        jax.ShapeDtypeStruct((2, 3), "int32")
    )
    again = export.deserialize(program.serialize())
    rows = again.call(BAD.astype("int32"))
    np.testing.assert_array_equal(rows, expected(TABLE, BAD, "zero"))
