"""Functions that run in a process of their own: training a model, and loading one.

Every import of Keras is inside a function. The process that asks for the work never
loads Keras, and this one does so after `KERAS_BACKEND` is set.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hotrow_cli.demo.dataset import Dataset
from hotrow_cli.demo.measure import peak_memory
from hotrow_cli.demo.options import Scale

BATCH_SIZE = 32


@dataclass(frozen=True)
class Trained:
    """Results of training a model.

    Attributes:
        probabilities: Probabilities of the test snippets, of shape `(n, packages)`.
        table: The word vectors, of shape `(vocabulary_size, width)`.
        seconds: Time in `fit`, compilation and validation included.
        peak_growth: Bytes by which building the model and `fit` raised the peak of
            the process's resident memory, or `None` if the system does not tell.
        keras: The version of Keras.
        history: Losses and accuracies of each epoch, as Keras names them.
    """

    probabilities: npt.NDArray[np.float32]
    table: npt.NDArray[np.float32]
    seconds: float
    peak_growth: int | None
    keras: str
    history: dict[str, list[float]]


def train(kind: str, data: Dataset, scale: Scale, seed: int, path: Path) -> Trained:
    """Trains a model and saves it, with the weights of its best validation epoch.

    Args:
        kind: Name of the model, from `models.KINDS`.
        data: Snippets to train, validate and test on.
        scale: Number of epochs, and sizes of the model.
        seed: Seed of the weights, the dropout and the order of the snippets.
        path: File to write, ending in `.keras`.
    """
    import keras

    from hotrow_cli.demo import models

    keras.utils.set_random_seed(seed)
    peak_before = peak_memory()
    model = models.build_model(
        kind,
        len(data.words),
        scale.width,
        data.train.ids.shape[1],
        len(data.packages),
        seed,
    )
    start = time.perf_counter()
    history = model.fit(
        data.train.ids,
        data.train.labels,
        batch_size=BATCH_SIZE,
        epochs=scale.epochs,
        validation_data=(data.validation.ids, data.validation.labels),
        callbacks=[
            keras.callbacks.EarlyStopping(
                "val_accuracy",
                mode="max",
                patience=scale.epochs,
                restore_best_weights=True,
            )
        ],
        # A bar that redraws itself belongs on a terminal; a file gets a line an epoch.
        verbose=1 if sys.stdout.isatty() else 2,
    )
    seconds = time.perf_counter() - start
    peak_after = peak_memory()
    model.save(path)
    growth = None
    if peak_before is not None and peak_after is not None:
        growth = peak_after - peak_before
    probabilities = model.predict(data.test.ids, batch_size=BATCH_SIZE, verbose=0)
    return Trained(
        probabilities,
        models.embedding_matrix(model),
        seconds,
        growth,
        keras.__version__,
        {
            name: [float(value) for value in values]
            for name, values in history.history.items()
        },
    )


def predict_from_files(
    paths: Sequence[Path], ids: npt.NDArray[np.int32]
) -> list[npt.NDArray[np.float32]]:
    """Returns the probabilities that each saved model gives to `ids`.

    Args:
        paths: Files of models, ending in `.keras`.
        ids: Token ids of shape `(n, length)`.
    """
    import keras

    import hotrow

    # Named, for a reader and for Keras: the layers register themselves when imported.
    _ = (hotrow.Embedding, hotrow.OneHot)
    return [
        keras.saving.load_model(path).predict(ids, batch_size=BATCH_SIZE, verbose=0)
        for path in paths
    ]
