"""The contract of every consumer: a fused model is the same model, without one-hots."""

import keras
import numpy as np
import pytest
from fused_models import (
    CONSUMERS,
    assert_same_steps,
    assert_same_training,
    build,
    ids_of,
    steps,
    targets_for,
)

import hotrow

BACKEND = keras.backend.backend()
K = keras.optimizers
pytestmark = pytest.mark.parametrize("name", CONSUMERS)


def both(name):
    model = build(CONSUMERS[name].layers())
    fused = hotrow.fuse(model, strict=True)
    assert fused is not model
    return model, fused


def leave_variants_to(backends, name):
    if BACKEND not in backends and CONSUMERS[name].is_variant:
        pytest.skip(f"takes long to compile here; runs on {' and '.join(backends)}")


def has_no_one_hot(model):
    return not any(type(layer) is hotrow.OneHot for layer in model.layers)


def test_the_same_function_over_the_same_variables(name):
    model, fused = both(name)
    assert has_no_one_hot(fused)
    assert fused.inputs[0] is model.inputs[0]
    assert fused.output_shape == model.output_shape
    assert all(a is b for a, b in zip(fused.weights, model.weights, strict=True))
    kept = {layer.name for layer in fused.layers[1:]}
    assert kept <= {layer.name for layer in model.layers}
    x = ids_of()
    expected = model.predict(x, verbose=0)
    for answer in (fused.predict(x, verbose=0), keras.ops.convert_to_numpy(fused(x))):
        if CONSUMERS[name].exact:
            np.testing.assert_array_equal(answer, expected)
        else:
            np.testing.assert_allclose(answer, expected, atol=1e-6)


def test_the_same_gradients_and_training(name):
    leave_variants_to(["tensorflow", "torch"], name)
    model, fused = both(name)
    # Fewer ids than rows, so that RowSparse works by rows.
    x = ids_of((2, 6), high=4)
    y = targets_for(model, x)
    # The first step of SGD with rate 1 moves each variable by its gradient.
    expected = steps(model, x, y, K.SGD(1.0), 5)
    for optimizer in (K.SGD(1.0), hotrow.RowSparse(K.SGD(1.0))):
        assert_same_steps(steps(fused, x, y, optimizer, 5), expected)


def test_files(name, tmp_path):
    leave_variants_to(["torch"], name)
    model, fused = both(name)
    x = ids_of()
    expected = model.predict(x, verbose=0)
    fused.save(tmp_path / "fused.keras")
    loaded = keras.saving.load_model(tmp_path / "fused.keras")
    assert has_no_one_hot(loaded)
    np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=1e-6)
    # Files of weights hold for a model and for its fused one.
    fused.save_weights(tmp_path / "a.weights.h5")
    model.set_weights([0 * w for w in model.get_weights()])
    model.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_allclose(fused.predict(x, verbose=0), expected, atol=1e-6)
    model.save_weights(tmp_path / "b.weights.h5")
    loaded.set_weights([0 * w for w in loaded.get_weights()])
    loaded.load_weights(tmp_path / "b.weights.h5")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=1e-6)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="they compile above, or cannot")
def test_compiled_training(name):
    if name not in ("dense", "lstm", "conv1d", "masking_lstm"):
        pytest.skip("takes long, and compiles the same operations")
    model, fused = both(name)

    def optimizer():
        return hotrow.RowSparse(K.Adagrad(0.1))

    x = ids_of((2, 6), high=4)
    assert_same_training(model, fused, x, optimizer, 3, run_eagerly=False)
