"""How good and how fast `hotrow.tabular.fit` is on tables, beside scikit-learn.

Each table is split by `hotrow.tabular` (eight rows of ten to train on, one to stop by,
one to test on), several times by several seeds. `HistGradientBoosting` and the linear
model (logistic regression, or ridge regression, over `OneHotEncoder` and standardised
numbers) are trained on the training and validation rows together, as they need none to
stop by; the gradient boosting stops by rows that it sets aside itself. The metric is
that of the test rows, the mean over the seeds, with the standard error of that mean.
Time is that of training from raw columns, without imports; that of `hotrow fit` has the
reading of the table, all files and the report in it, but no baselines.

    KERAS_BACKEND=jax python benchmarks/fit.py
    KERAS_BACKEND=jax python benchmarks/fit.py people.csv --target income
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from timing import write_table

import hotrow
from hotrow.tabular.split import split_of_rows
from hotrow.tabular.training.measure import Measure


def shipped():
    """The tables that ship with scikit-learn."""
    loads = (
        datasets.load_breast_cancer,
        datasets.load_wine,
        datasets.load_digits,
        datasets.load_diabetes,
    )
    for load in loads:
        frame = load(as_frame=True).frame
        if load is not datasets.load_diabetes:
            # As words, so that they are classes and no numbers.
            frame["target"] = "class " + frame["target"].astype(str)
        yield load.__name__.removeprefix("load_"), frame, "target"


def synthetic(rows=50_000, seed=0):
    """Eight columns of categories and six of numbers, and two classes."""
    rng = np.random.default_rng(seed)
    frame, level = {}, np.zeros(rows)
    for number, size in enumerate((9, 16, 7, 15, 6, 5, 2, 42)):
        values = rng.zipf(1.5, rows) % size
        level += rng.normal(size=size)[values]
        frame[f"category {number}"] = np.char.add("value ", values.astype(str))
    for number in range(6):
        x = rng.normal(size=rows) if number % 2 else rng.exponential(size=rows)
        level += np.sin(2 * x) * (1 if number % 2 else 0.5)
        frame[f"number {number}"] = x.round(4)
    level += rng.logistic(size=rows)
    frame["target"] = np.where(level > np.quantile(level, 0.75), "high", "low")
    return "synthetic", pd.DataFrame(frame), "target"


def by_hotrow(frame, target, task, test, seed):
    run = hotrow.tabular.fit(
        frame, target, task=task, seed=seed, baselines=False, say=lambda line: None
    )
    return run.results.scores[0].metrics


def by_scikit_learn(model, frame, target, task, test, classes):
    columns = frame.drop(columns=target)
    words = [name for name in columns if not is_number(columns[name])]
    y = frame[target]
    y = y.to_numpy(float) if task == "regression" else y.map(classes).to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = model(words).fit(columns[~test], y[~test])
    measure = Measure(task, len(classes))
    if task == "regression":
        measure.add(y[test], fitted.predict(columns[test])[:, np.newaxis])
    else:
        known = fitted.predict_proba(columns[test])
        predicted = np.zeros((len(known), len(classes)))
        predicted[:, fitted.classes_] = known
        measure.add(y[test], predicted[:, 1:] if task == "binary" else predicted)
    return measure.metrics()


def is_number(column):
    return pd.api.types.is_numeric_dtype(column)


def boosting(task):
    cls = (
        HistGradientBoostingRegressor
        if task == "regression"
        else HistGradientBoostingClassifier
    )

    def model(words):
        coded = make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore", sparse_output=False), words),
            remainder="passthrough",
        )
        return make_pipeline(coded, cls(random_state=0))

    return model


def linear(task):
    def model(words):
        numbers = make_pipeline(SimpleImputer(), StandardScaler())
        coded = make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), words), remainder=numbers
        )
        last = Ridge() if task == "regression" else LogisticRegression(max_iter=1000)
        return make_pipeline(coded, last)

    return model


def compare(name, frame, target, seeds):
    """Yields rows of the table: of each model its metrics and time."""
    frame = frame[frame[target].notna()].reset_index(drop=True)
    distinct = sorted(frame[target].unique().tolist())
    task = "multiclass" if len(distinct) > 2 else "binary"
    if is_number(frame[target]) and len(distinct) > 20:
        task, distinct = "regression", []
    classes = {value: number for number, value in enumerate(distinct)}
    models = {
        "hotrow fit": by_hotrow,
        "HistGradientBoosting": boosting(task),
        "linear over one-hots": linear(task),
    }
    for title, model in models.items():
        measured, times = [], []
        for seed in range(seeds):
            test = split_of_rows(0, len(frame), seed) == 2
            start = time.perf_counter()
            if model is by_hotrow:
                metrics = by_hotrow(frame, target, task, test, seed)
            else:
                metrics = by_scikit_learn(model, frame, target, task, test, classes)
            times.append(time.perf_counter() - start)
            measured.append(metrics)
        shown = []
        for metric in measured[0]:
            values = [metrics[metric] for metrics in measured]
            error = np.std(values, ddof=1) / len(values) ** 0.5 if seeds > 1 else 0
            shown.append(f"{metric} {np.mean(values):.4g} ± {error:.1g}")
        yield [name, title, ", ".join(shown), f"{np.median(times):.1f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.csv")
    parser.add_argument("--target", help="the column to predict, of the files")
    parser.add_argument("--seeds", type=int, default=5, help="splits of each table")
    arguments = parser.parse_args()
    if bool(arguments.files) != bool(arguments.target):
        parser.error("files and --target go together")
    tables = [
        (path.name, pd.read_csv(path), arguments.target) for path in arguments.files
    ]
    rows = []
    for table in tables or [*shipped(), synthetic()]:
        for row in compare(*table, arguments.seeds):
            rows.append(row)
            print(*row, sep="  ", flush=True)
    # A table of the user's own is nobody else's business.
    if not tables:
        write_table(
            "fit",
            "hotrow fit beside scikit-learn",
            ["table", "model", "test", "seconds"],
            rows,
            [
                f"{arguments.seeds} splits; the mean and its standard error, and the "
                "median time.",
                "`synthetic` has 50,000 rows and 14 columns.",
            ],
            ["scikit-learn"],
        )


if __name__ == "__main__":
    main()
