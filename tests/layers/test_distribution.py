"""Distribution that would train a table wrong is refused when the table is built."""

import os
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
from helpers import compiled

import hotrow

BACKEND = keras.backend.backend()


@pytest.mark.skipif(BACKEND != "torch", reason="about torch")
def test_keras_distribution_is_refused_on_torch():
    mesh = keras.distribution.DeviceMesh((1,), ("batch",), ["cpu:0"])
    keras.distribution.set_distribution(keras.distribution.DataParallel(mesh))
    try:
        layer = hotrow.Embedding(5, 2, name="words")
        with pytest.raises(ValueError, match=r"'words' .* DataParallel on PyTorch"):
            layer.build()
    finally:
        keras.distribution.set_distribution(None)
    layer.build()


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about tensorflow")
def test_strategies_of_several_replicas_are_refused_on_tensorflow():
    code = """
        import numpy as np, tensorflow as tf
        cpu = tf.config.list_physical_devices("CPU")[0]
        one = tf.config.LogicalDeviceConfiguration()
        tf.config.set_logical_device_configuration(cpu, [one, one])
        import keras, hotrow

        def build():
            layers = [keras.Input((3,), dtype="int32"), hotrow.Embedding(9, 2)]
            return keras.Sequential([*layers, keras.layers.Flatten()])

        with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
            model = build()
            model.compile("adam", "mse")
            try:
                hotrow.RowSparse("adam")
            except ValueError as error:
                print(error)
        model.fit(np.ones((4, 3)), np.ones((4, 6)), verbose=0)
        with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
            try:
                build()
            except ValueError as error:
                print(error)
    """
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "RowSparse runs outside of MirroredStrategy" in done.stdout
    assert "MirroredStrategy has 2 replicas" in done.stdout


@pytest.mark.parametrize("value_format", ["numpy_array", "backend_tensor"])
def test_a_state_tree_has_all_rows_as_weight_decay_has_left_them(value_format):
    table = hotrow.Embedding(20, 3, name="words")
    layers = [keras.Input((2,), dtype="int32"), table, keras.layers.Flatten()]
    optimizer = hotrow.RowSparse(keras.optimizers.AdamW(0.1, weight_decay=0.5))
    model = compiled(
        keras.Sequential([*layers, keras.layers.Dense(1)]), optimizer=optimizer
    )
    for _ in range(3):
        model.train_on_batch(np.array([[1, 2]]), np.ones((1, 1)))
    tree = model.get_state_tree(value_format=value_format)
    (found,) = [
        x
        for x in keras.tree.flatten(tree["trainable_variables"])
        if tuple(x.shape) == (20, 3)
    ]
    found = keras.ops.convert_to_numpy(found)
    np.testing.assert_array_equal(found, model.get_weights()[0])
