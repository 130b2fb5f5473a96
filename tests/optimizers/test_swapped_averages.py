"""`keras.callbacks.SwapEMAWeights` where several optimizers train one model."""

import keras
import numpy as np
import pytest
from training_models import ROWS, batches, new_table, sum_of_rows

import hotrow

K = keras.optimizers


def model_with(optimizer):
    keras.utils.set_random_seed(0)
    model = sum_of_rows(new_table(), dense=True)
    model.compile(optimizer, "mse")
    return model


def sgd(**kwargs):
    return K.SGD(0.05, use_ema=True, ema_momentum=0.8, **kwargs)


def with_others():
    return hotrow.RowSparse(sgd(), others=sgd())


def per_layer():
    return hotrow.RowSparse("adam", per_layer={"words": sgd(), "dense.*": sgd()})


def inside_multi_optimizer():
    if not hasattr(K, "MultiOptimizer"):
        pytest.skip("Keras before 3.15 has no MultiOptimizer")
    found = K.OptimizerMap(sgd())
    found["words/.*"] = hotrow.RowSparse(sgd())
    return K.MultiOptimizer(found)


def fit(model, on_epoch):
    ids, targets = (np.concatenate(x) for x in zip(*batches(0, 5), strict=True))
    return model.fit(
        ids,
        targets[:, :1],
        batch_size=5,
        epochs=2,
        shuffle=False,
        validation_data=(np.arange(ROWS).reshape(-1, 4), np.ones((ROWS // 4, 1))),
        callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch=on_epoch)],
        verbose=0,
    ).history["val_loss"]


@pytest.mark.parametrize("make", [with_others, per_layer, inside_multi_optimizer])
@pytest.mark.parametrize(
    "on_epoch", [False, pytest.param(True, marks=pytest.mark.slow)]
)
def test_all_averages_are_swapped(make, on_epoch):
    """One optimizer for all variables is Keras's own business."""
    plain, ours = model_with(sgd()), model_with(make())
    np.testing.assert_allclose(fit(ours, on_epoch), fit(plain, on_epoch), rtol=1e-4)
    for x, y in zip(ours.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=2e-6)


def test_without_averages_keras_says_so():
    model = model_with(hotrow.RowSparse("sgd", others=K.SGD(0.1)))
    with pytest.raises(ValueError, match="SwapEMAWeights must be used when"):
        fit(model, on_epoch=True)
