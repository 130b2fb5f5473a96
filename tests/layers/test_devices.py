"""Layers that are built, called and trained under `keras.device`."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from helpers import compiled, to_numpy

import hotrow

BACKEND = keras.backend.backend()
IDS = np.array([[1, 2, 3], [3, 0, 19]])
LAYERS = {
    "Embedding": lambda: hotrow.Embedding(20, 4),
    "ReversibleEmbedding": lambda: hotrow.ReversibleEmbedding(20, 4),
    "OneHot": lambda: hotrow.OneHot(20),
}


def model_on(layer, optimizer):
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            layer,
            keras.layers.Flatten(),
            keras.layers.Dense(1, kernel_initializer="ones"),
        ]
    )
    return compiled(model, optimizer=optimizer)


@pytest.mark.parametrize("fit_there", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_that_is_built_under_a_device(kind, fit_there):
    def run(scope):
        keras.utils.set_random_seed(0)
        with scope():
            layer = LAYERS[kind]()
            layer.build((None, 3))
        adam = keras.optimizers.Adam(0.1)
        # Keras's own layers are not trained by PyTorch if they are built on "cpu:0".
        model = model_on(layer, hotrow.RowSparse(adam) if layer.weights else adam)
        before = [w.copy() for w in layer.get_weights()]
        with scope() if fit_there else keras.device("cpu"):
            model.fit(IDS, np.ones((2, 1)), epochs=3, verbose=0)
            outputs = model.predict(IDS, verbose=0), to_numpy(layer(IDS))
        return layer, before, outputs

    layer, before, outputs = run(lambda: keras.device("cpu:0"))
    _, _, expected = run(lambda: keras.device("cpu"))
    for one, other in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    if "Embedding" in kind:
        moved = (layer.get_weights()[0] != before[0]).any(axis=1)
        np.testing.assert_array_equal(np.flatnonzero(moved), np.unique(IDS))
    if kind == "Embedding":
        layer.quantize("int8")
        assert np.isfinite(to_numpy(layer(IDS))).all()
        return
    layer.set_weights([w + 1 for w in before])
    for one, other in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other + 1)


def with_lora():
    layer = hotrow.Embedding(20, 4)
    layer.build()
    layer.enable_lora(2, b_initializer="ones")
    return layer


def untied():
    layer = hotrow.ReversibleEmbedding(20, 4, tie_weights=False)
    layer.build()
    return layer


def quantized(mode):
    layer = hotrow.Embedding(20, 4)
    layer.build()
    layer.quantize(mode)
    layer.trainable = False
    return layer


VARIABLES = {
    "LoRA": (with_lora, {"lora_embeddings_a", "lora_embeddings_b"}),
    "untied": (untied, {"embeddings", "reverse_embeddings"}),
    "int8": (lambda: quantized("int8"), set()),
    "int4": (lambda: quantized("int4"), set()),
}


# On the others "cpu:0" and "cpu" are one device to Keras, and compiling takes seconds.
@pytest.mark.parametrize("kind", VARIABLES if BACKEND == "torch" else ["LoRA"])
def test_every_variable_that_is_made_under_a_device(kind, tmp_path):
    make, trained = VARIABLES[kind]

    def run(device):
        keras.utils.set_random_seed(0)
        with keras.device(device):
            layer = make()
        before = [to_numpy(v) for v in layer.weights]
        ids = keras.Input((3,), dtype="int32")
        outputs = layer(ids)
        if kind == "untied":
            outputs = layer(outputs, reverse=True)
        model = keras.Model(ids, keras.layers.Dense(1)(outputs))
        adam = keras.optimizers.Adam(0.1)
        compiled(model, optimizer=hotrow.RowSparse(adam))
        target = np.ones((2, 3, 1))
        model.fit(IDS, target, epochs=2, verbose=0)
        if kind != "LoRA":  # A file holds the merged table, and LoRA starts afresh.
            model.save_weights(tmp_path / "model.weights.h5")
            model.load_weights(tmp_path / "model.weights.h5")
        model.fit(IDS, target, verbose=0)
        after = [to_numpy(v) for v in layer.weights]
        names = [v.name for v in layer.weights]
        moved = {
            name
            for name, one, other in zip(names, before, after, strict=True)
            if (one != other).any()
        }
        return moved, [*after, model.predict(IDS, verbose=0)]

    moved, values = run("cpu:0")
    assert moved == trained
    for one, other in zip(values, run("cpu")[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(BACKEND != "torch", reason="about the modules of PyTorch")
def test_the_parameters_of_a_module_are_those_that_have_gradients():
    with keras.device("cpu:0"):
        layer = hotrow.Embedding(20, 4)
        layer.build()
    layer(IDS).sum().backward()
    (parameter,) = layer.parameters()
    counts = np.bincount(IDS.ravel(), minlength=20)
    np.testing.assert_array_equal(parameter.grad, np.repeat(counts, 4).reshape(20, 4))


SCRIPT = """
import keras, numpy as np, hotrow
with keras.device("cpu:1"):
    layer = hotrow.Embedding(20, 4)
    layer.build()
before = layer.get_weights()[0]
model = keras.Sequential([layer, keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile(hotrow.RowSparse("adam"), "mse")
model.fit(np.array([[1, 2, 3]]), np.ones((1, 1)), verbose=0)
moved = (layer.get_weights()[0] != before).any(axis=1)
print(np.flatnonzero(moved).tolist())
"""


@pytest.mark.skipif(BACKEND != "jax", reason="only JAX makes several devices of a CPU")
def test_a_table_on_another_device_is_trained():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=2"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[1, 2, 3]"


@pytest.mark.skipif(BACKEND != "torch", reason="about torch")
@pytest.mark.parametrize("kind", LAYERS)
def test_ids_are_moved_to_the_device_that_keras_uses(kind):
    import torch

    # The one device besides the CPU that each machine has.
    with keras.device("meta"):
        layer = LAYERS[kind]()
        out = layer(torch.tensor(IDS))
    assert out.device.type == "meta"
    assert out.shape[:2] == IDS.shape
