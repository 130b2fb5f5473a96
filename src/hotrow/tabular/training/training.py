"""The loop that trains a network, epoch by epoch."""

import math
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from hotrow.optimizers.row_sparse import RowSparse
from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.network.predicting import predict_rows
from hotrow.tabular.training.checkpoint import Checkpoint
from hotrow.tabular.training.course import Course
from hotrow.tabular.training.end_reason import EndReason
from hotrow.tabular.training.interrupts import StopRequest, stop_on_interrupt
from hotrow.tabular.training.measure import Measure
from hotrow.tabular.training.options import TrainingOptions, batch_size_of
from hotrow.tabular.training.training_rows import TrainingRows

# So many rows are predicted at once where a part is measured.
_CHUNK = 65_536
_SLOWER = 0.3


_LOSSES = {
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "regression": "mean_squared_error",
}


def compile_network(
    network: keras.Model, layout: InputLayout, task: str, learning_rate: float
) -> None:
    """Gives a network its loss and its optimizer."""
    optimizer = keras.optimizers.Adam(learning_rate)
    # A network without ids has no table, and RowSparse warns of that.
    network.compile(
        RowSparse(optimizer) if layout.stacks else optimizer,
        _LOSSES[task],
        metrics=[] if task == "regression" else ["accuracy"],
    )


def train(
    network: keras.Model,
    encoded: Any,
    target_encoder: TargetEncoder,
    options: TrainingOptions,
    checkpoint: Checkpoint,
    course: Course,
    say: Callable[[str], None],
) -> list[np.ndarray]:
    """Trains a compiled network until it no longer gets better.

    After each epoch the network and the course are saved. With the first Ctrl-C the
    epoch ends, and training with it. Returned are the best weights.

    Args:
        network: A new network, or that of a checkpoint.
        encoded: The table, as `encode_table` gives it.
        target_encoder: The encoder of the target.
        options: How to train.
        checkpoint: Where to save.
        course: How far training has come; it is changed.
        say: Called with a line for each epoch.
    """
    rows = encoded.rows("train")
    batches = TrainingRows(
        encoded.layout,
        encoded.inputs,
        encoded.target,
        target_encoder,
        rows,
        options.batch_size or batch_size_of(len(rows)),
        seed=options.seed,
    )
    with stop_on_interrupt() as request:
        while course.end is None:
            if course.epoch >= options.epochs:
                course.end = EndReason.EPOCHS_DONE
                break
            start = time.perf_counter()
            values = _one_epoch(network, batches, course.epoch, options, request)
            if request.cut_short and course.epoch:
                # What was saved after the epoch before is whole.
                course.end = EndReason.INTERRUPTED_IN_EPOCH
                break
            measure = measure_rows(network, target_encoder, encoded, "validation")
            values |= _validation_values(target_encoder.task, measure)
            is_best = course.add(values, measure.loss)
            course.seconds += time.perf_counter() - start
            say(_line(course, is_best, time.perf_counter() - start))
            if request.cut_short:
                # A run that goes on begins anew: nothing is saved to go on from.
                course.end = EndReason.INTERRUPTED_IN_FIRST_EPOCH
                return network.get_weights()
            _after_epoch(network, course, options)
            checkpoint.save(network, course)
            if request.is_made and course.end is None:
                course.end = EndReason.INTERRUPTED_AFTER_EPOCH
    return checkpoint.load(course.best_epoch).get_weights()


def measure_rows(
    network: keras.Model, target_encoder: TargetEncoder, encoded: Any, part: str
) -> Measure:
    """Returns how well a network predicts the rows of a part of the table."""
    measure = Measure.of(target_encoder)
    rows = encoded.rows(part)
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        inputs = {name: x[chunk] for name, x in encoded.inputs.items()}
        predicted = predict_rows(network, inputs)
        if target_encoder.task == "regression":
            predicted = target_encoder.in_units(predicted)
        measure.add(np.asarray(encoded.target[chunk]), predicted)
    return measure


def _one_epoch(
    network: keras.Model,
    batches: TrainingRows,
    epoch: int,
    options: TrainingOptions,
    request: StopRequest,
) -> dict[str, float]:
    batches.start_epoch(epoch)
    _seed_dropout(network, [options.seed, epoch])
    bar = _Bar(f"epoch {epoch + 1}", len(batches), request)
    history = network.fit(batches, verbose=0, shuffle=False, callbacks=[bar]).history
    values = {name: float(value[-1]) for name, value in history.items()}
    if not math.isfinite(values["loss"]):
        raise RuntimeError(
            f"the loss is {values['loss']} after epoch {epoch + 1}: training has come "
            "apart. Look for numbers of extreme size in the table, or train with a "
            "lower learning rate."
        )
    return values


def _seed_dropout(network: keras.Model, seed: list[int]) -> None:
    """Starts each generator anew: an epoch is then the same after a resume."""
    for number, layer in enumerate(network.layers):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            draw = np.random.default_rng([*seed, number]).integers(2**31)
            state = np.array([draw, 0], generator.state.dtype)
            generator.state.assign(keras.ops.convert_to_tensor(state))


def _after_epoch(
    network: keras.Model, course: Course, options: TrainingOptions
) -> None:
    if course.waited >= options.patience:
        course.end = EndReason.NOT_IMPROVING
    elif course.waited and course.waited % max(1, options.patience // 2) == 0:
        rate = float(keras.ops.convert_to_numpy(network.optimizer.learning_rate))
        network.optimizer.learning_rate = rate * _SLOWER


def _validation_values(task: str, measure: Measure) -> dict[str, float]:
    metrics = measure.metrics()
    if task == "regression":
        return {"val_loss": measure.loss, "val_rmse": metrics["RMSE"]}
    values = {"val_loss": measure.loss, "val_accuracy": metrics["accuracy"]}
    if "AUC" in metrics:
        values["val_auc"] = metrics["AUC"]
    return values


def _line(course: Course, is_best: bool, seconds: float) -> str:
    last = {name: values[-1] for name, values in course.history.items()}
    metric = (
        f"accuracy {last['val_accuracy']:.4f}"
        if "val_accuracy" in last
        else f"RMSE {last['val_rmse']:.5g}"
    )
    return (
        f"epoch {course.epoch:3}   loss {last['loss']:.4f}   validation: loss "
        f"{last['val_loss']:.4f}, {metric}   {seconds:.1f} s{'   best' * is_best}"
    )


class _Bar(keras.callbacks.Callback):
    """A bar over the batches of an epoch, which also ends it on a stop request."""

    def __init__(self, what: str, batches: int, request: StopRequest) -> None:
        super().__init__()
        self._what, self._batches, self._request = what, batches, request
        self._bar: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return
        self._bar = tqdm(total=self._batches, desc=self._what, delay=2, leave=False)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._bar is not None:
            self._bar.update(batch + 1 - self._bar.n)
        if self._request.is_made and batch + 1 < self._batches:
            self._request.cut_short = True
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        if self._bar is not None:
            self._bar.close()
