"""Scores of simple models on the same test rows."""

import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.network.input_layout import NUMBERS
from hotrow.tabular.network.numeric_input import FARTHEST
from hotrow.tabular.results import Score
from hotrow.tabular.training.measure import Measure

# More rows make these models slower and hardly better.
_MOST_ROWS = 200_000
_CHUNK = 65_536


def baseline_scores(
    encoders: Mapping[str, Any],
    target_encoder: TargetEncoder,
    encoded: Any,
    seed: int = 0,
) -> tuple[list[Score], list[str]]:
    """Returns the scores of simple models on the test rows, and notes on them.

    They are: always the same answer (the shares of the classes, or the mean), and where
    scikit-learn is installed a logistic or ridge regression over one-hots.

    Args:
        encoders: The encoder of each column, by the column's name.
        target_encoder: The encoder of the target.
        encoded: The table, as `encode_table` returns it.
        seed: Seed of the choice of rows, where there are more than these models need.
    """
    scores, notes = [_constant(target_encoder, encoded)], []
    try:
        import sklearn  # noqa: F401
    except ImportError:
        notes.append(
            "There is no linear baseline: scikit-learn is not installed (pip install "
            "scikit-learn)."
        )
        return scores, notes
    rows = encoded.rows("train")
    most = _MOST_ROWS // max(1, len(target_encoder.classes or ()) // 5)
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:most])
        notes.append(f"The linear baseline was trained on {most:,} of the rows.")
    scores.append(_linear(encoders, target_encoder, encoded, rows))
    return scores, notes


def _constant(target_encoder: TargetEncoder, encoded: Any) -> Score:
    start = time.perf_counter()
    train = np.asarray(encoded.target[encoded.rows("train")])
    test = np.asarray(encoded.target[encoded.rows("test")])
    measure = Measure.of(target_encoder)
    if target_encoder.task == "regression":
        answer = target_encoder.in_units(target_encoder.scaled(train).mean())
        answer = answer.reshape(1, 1)
        name = "mean"
    else:
        counts = np.bincount(train, minlength=len(target_encoder.classes or ()))
        answer = (counts / counts.sum())[np.newaxis]
        answer = answer[:, 1:] if target_encoder.task == "binary" else answer
        name = "majority class"
    measure.add(test, np.repeat(answer, len(test), axis=0))
    return Score(name, measure.metrics(), time.perf_counter() - start)


def _linear(
    encoders: Mapping[str, Any],
    target_encoder: TargetEncoder,
    encoded: Any,
    rows: np.ndarray,
) -> Score:
    from sklearn.linear_model import LogisticRegression, Ridge

    start = time.perf_counter()
    is_regression = target_encoder.task == "regression"
    name = "ridge regression" if is_regression else "logistic regression"
    # For wide tables the default of lbfgs is too few steps to end, and still good.
    model = Ridge() if is_regression else LogisticRegression(max_iter=200)
    target = np.asarray(encoded.target[rows])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(
            one_hots(encoders, encoded, rows),
            target_encoder.scaled(target) if is_regression else target,
        )
    seconds = time.perf_counter() - start
    measure = Measure.of(target_encoder)
    test = encoded.rows("test")
    for at in range(0, len(test), _CHUNK):
        chunk = test[at : at + _CHUNK]
        features = one_hots(encoders, encoded, chunk)
        if is_regression:
            predicted = target_encoder.in_units(model.predict(features))
        else:
            known = model.predict_proba(features)
            predicted = np.zeros((len(chunk), len(target_encoder.classes or ())))
            predicted[:, model.classes_] = known
            if target_encoder.task == "binary":
                predicted = predicted[:, 1:]
        measure.add(np.asarray(encoded.target[chunk]), predicted)
    return Score(f"{name} over one-hots (scikit-learn)", measure.metrics(), seconds)


def one_hots(encoders: Mapping[str, Any], encoded: Any, rows: np.ndarray) -> Any:
    """Returns rows as a sparse matrix: one-hots of ids, and standardized numbers.

    A column of many values has a 1 for each of its values; a missing number is 0, and
    has a 1 in a column that says so.
    """
    from scipy import sparse

    layout, parts = encoded.layout, []
    for stack in layout.stacks:
        ids = encoded.inputs[stack.name][rows].reshape(len(rows), -1)
        at = np.broadcast_to(np.arange(len(rows))[:, np.newaxis], ids.shape)
        is_value = ids > 0
        ones = np.ones(int(is_value.sum()), "float32")
        part = sparse.csr_matrix(
            (ones, (at[is_value], ids[is_value])), (len(rows), stack.rows)
        )
        part.data[:] = 1
        parts.append(part)
    if layout.numbers:
        means = [np.ravel(encoders[name].mean) for name in layout.numbers]
        mean = np.concatenate(means).astype("float64")
        std = np.concatenate([np.ravel(encoders[name].std) for name in layout.numbers])
        numbers = encoded.inputs[NUMBERS][rows].astype("float64")
        scaled = (numbers - mean) / np.where(std > 0, std, 1)
        missing = np.isnan(scaled)
        scaled = np.clip(np.where(missing, 0, scaled), -FARTHEST, FARTHEST)
        # All numbers of a date are missing if one is.
        first = np.cumsum([0, *map(len, means[:-1])])
        parts += [sparse.csr_matrix(scaled), sparse.csr_matrix(missing[:, first] * 1.0)]
    return sparse.hstack(parts, format="csr")
