"""What simple models reach on the same rows."""

import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from hotrow.tabular.network.inputs import id_columns, number_columns
from hotrow.tabular.network.numeric_input import FARTHEST
from hotrow.tabular.results import Score
from hotrow.tabular.schema import Schema
from hotrow.tabular.training.measure import Measure

# More rows make these models slower and hardly better.
_MOST_ROWS = 200_000
_CHUNK = 65_536


def baseline_scores(
    schema: Schema, encoders: Mapping[str, Any], encoded: Any, seed: int = 0
) -> tuple[list[Score], list[str]]:
    """Returns the scores of simple models on the test rows, and notes on them.

    They are: always the same answer (the shares of the classes, or the mean), and where
    scikit-learn is installed a logistic or ridge regression over one-hots.
    """
    scores, notes = [_constant(schema, encoded)], []
    try:
        import sklearn  # noqa: F401
    except ImportError:
        notes.append(
            "There is no linear baseline: scikit-learn is not installed (pip install "
            "scikit-learn)."
        )
        return scores, notes
    rows = encoded.rows("train")
    most = _MOST_ROWS // max(1, len(schema.target.classes or ()) // 5)
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:most])
        notes.append(f"The linear baseline was trained on {most:,} of the rows.")
    scores.append(_linear(schema, encoders, encoded, rows))
    return scores, notes


def _constant(schema: Schema, encoded: Any) -> Score:
    start = time.perf_counter()
    train = np.asarray(encoded.target[encoded.rows("train")])
    test = np.asarray(encoded.target[encoded.rows("test")])
    measure = _measure(schema)
    if schema.target.task == "regression":
        answer = np.full((1, 1), train.mean(dtype="float64"))
        name = "mean"
    else:
        counts = np.bincount(train, minlength=len(schema.target.classes or ()))
        answer = (counts / counts.sum())[np.newaxis]
        answer = answer[:, 1:] if schema.target.task == "binary" else answer
        name = "majority class"
    measure.add(test, np.repeat(answer, len(test), axis=0))
    return Score(name, measure.metrics(), time.perf_counter() - start)


def _linear(
    schema: Schema, encoders: Mapping[str, Any], encoded: Any, rows: np.ndarray
) -> Score:
    from sklearn.linear_model import LogisticRegression, Ridge

    start = time.perf_counter()
    is_regression = schema.target.task == "regression"
    name = "ridge regression" if is_regression else "logistic regression"
    # For wide tables the default of lbfgs is too few steps to end, and still good.
    model = Ridge() if is_regression else LogisticRegression(max_iter=200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(
            one_hots(schema, encoders, encoded, rows), np.asarray(encoded.target[rows])
        )
    seconds = time.perf_counter() - start
    measure = _measure(schema)
    test = encoded.rows("test")
    for at in range(0, len(test), _CHUNK):
        chunk = test[at : at + _CHUNK]
        features = one_hots(schema, encoders, encoded, chunk)
        if is_regression:
            predicted = model.predict(features)
        else:
            known = model.predict_proba(features)
            predicted = np.zeros((len(chunk), len(schema.target.classes or ())))
            predicted[:, model.classes_] = known
            if schema.target.task == "binary":
                predicted = predicted[:, 1:]
        measure.add(np.asarray(encoded.target[chunk]), predicted)
    return Score(f"{name} over one-hots (scikit-learn)", measure.metrics(), seconds)


def one_hots(
    schema: Schema, encoders: Mapping[str, Any], encoded: Any, rows: np.ndarray
) -> Any:
    """Returns rows as a sparse matrix: one-hots of ids, and standardised numbers.

    A column of many values has a 1 for each of its values; a missing number is 0, and
    has a 1 in a column that says so.
    """
    from scipy import sparse

    parts = []
    for column in id_columns(schema):
        ids = np.asarray(encoded.inputs[column.name][rows]).reshape(len(rows), -1)
        size = len(encoders[column.name].vocabulary)
        at = np.broadcast_to(np.arange(len(rows))[:, np.newaxis], ids.shape)
        is_value = ids > 0
        ones = np.ones(int(is_value.sum()), "float32")
        part = sparse.csr_matrix(
            (ones, (at[is_value], ids[is_value])), (len(rows), size)
        )
        part.data[:] = 1
        parts.append(part)
    for column in number_columns(schema):
        encoder = encoders[column.name]
        numbers = np.asarray(encoded.inputs[column.name][rows], "float64")
        numbers = numbers.reshape(len(rows), -1)
        std = np.ravel(encoder.std)
        scaled = (numbers - np.ravel(encoder.mean)) / np.where(std > 0, std, 1)
        missing = np.isnan(scaled)
        scaled = np.clip(np.where(missing, 0, scaled), -FARTHEST, FARTHEST)
        parts += [sparse.csr_matrix(scaled), sparse.csr_matrix(missing[:, :1] * 1.0)]
    return sparse.hstack(parts, format="csr")


def _measure(schema: Schema) -> Measure:
    return Measure(schema.target.task, len(schema.target.classes or ()))
