"""Results of runs that never were, for the tests of the report."""

import numpy as np

from hotrow.tabular.results import Results, Score, Vectors
from hotrow.tabular.schema import Column, Schema, Target

JOBS = ("Sales", "Craft-repair", "Tech-support", "Farming-fishing", "Exec-managerial")
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><b>&amp;{{title}}"


def columns():
    return (
        Column("age", "numeric", "numbers with many values", 0, 73, ("39", "50", "38")),
        Column("occupation", "categorical", "5 words", 1843, 5, JOBS[:3]),
        Column("zip", "code", "whole numbers that repeat", 3, 881, ("10115", "80331")),
        Column(
            "joined", "date", "dates of the form 2024-01-31", 0, 412, ("2024-01-31",)
        ),
        Column(
            "skills",
            "multi",
            'values with "|" between them',
            12,
            64,
            ("a|b",),
            separator="|",
        ),
        Column("row_id", "identifier", "no value twice", 0, 48842, ("1", "2")),
        Column("country", "constant", "one value only", 0, 1, ("DE",)),
    )


def history(names, epochs=14, kept=9):
    random = np.random.default_rng(0)
    found = {}
    for name in names:
        falling = 0.3 + 0.4 * np.exp(-np.arange(epochs) / 4)
        if name != "loss":
            falling = 1 - falling / 2
        found[name] = falling.tolist()
        away = np.maximum(np.arange(epochs) - kept, 0) * 0.01
        noise = random.normal(0, 0.003, epochs)
        worse = 1 if name == "loss" else -1
        found["val_" + name] = (falling + worse * (0.03 + away) + noise).tolist()
    return found


def settings():
    return {
        "backend": "jax",
        "versions": {"hotrow": "0.9", "keras": "3.15.1", "jax": "0.10.2"},
        "seed": 0,
        "widths": {"occupation": 4, "zip": 18, "skills": 10},
        "learning rate": 0.001,
    }


def vectors(size=5, width=4, seed=0, tokens=None):
    random = np.random.default_rng(seed)
    centers = random.normal(size=(6, width)) * 2
    matrix = centers[np.arange(size) % 6] + random.normal(size=(size, width)) * 0.6
    names = tokens or [f"value {place}" for place in range(size)]
    counts = (40_000 / (np.arange(size) + 1)).astype(int) + 1
    return Vectors(list(names), matrix.astype("float32"), counts.tolist())


def binary(**changes):
    probability = np.linspace(0.05, 0.95, 10)
    content = {
        "title": "people.csv",
        "schema": Schema(
            columns(),
            Target("income", "binary", "two values", ("<=50K", ">50K"), 7),
            48842,
        ),
        "rows": {"train": 39074, "validation": 4884, "test": 4884},
        "history": history(["loss", "accuracy"]),
        "best_epoch": 10,
        "scores": (
            Score(
                "hotrow", {"accuracy": 0.8671, "log loss": 0.2911, "AUC": 0.9253}, 21.3
            ),
            Score("majority class", {"accuracy": 0.7607, "log loss": 0.5501}),
            Score(
                "logistic regression over one-hots (scikit-learn)",
                {"accuracy": 0.8532, "log loss": 0.3184, "AUC": 0.9071},
                3.07,
            ),
        ),
        "seconds": 21.3,
        "settings": settings(),
        "confusion": [[3480, 235], [414, 755]],
        "calibration": [
            (
                float(p),
                float(np.clip(p + 0.05 * np.sin(7 * p), 0, 1)),
                int(1500 * (1 - p)) + 4,
            )
            for p in probability
        ],
        "notes": (
            "Training stopped after 14 epochs: the loss of validation had not "
            "improved for 5.",
        ),
    }
    return Results(**{**content, **changes})


def multiclass(count=30, **changes):
    random = np.random.default_rng(1)
    matrix = random.poisson(1.2, (count, count))
    matrix[np.diag_indices(count)] = random.integers(10, 200, count)
    names = tuple(f"package-{place}.{'x' * (place % 9)}" for place in range(count))
    content = {
        "title": "snippets.parquet",
        "schema": Schema(
            columns(),
            Target("package", "multiclass", f"{count} words", names, 0),
            30000,
        ),
        "rows": {"train": 24000, "validation": 3000, "test": int(matrix.sum())},
        "history": history(["loss", "accuracy"], epochs=60, kept=40),
        "best_epoch": 42,
        "scores": (
            Score("hotrow", {"accuracy": 0.71, "log loss": 1.1}, 130.0),
            Score("majority class", {"accuracy": 0.08, "log loss": 3.2}),
        ),
        "seconds": 130.0,
        "settings": settings(),
        "confusion": matrix.tolist(),
    }
    return Results(**{**content, **changes})


def regression(**changes):
    random = np.random.default_rng(2)
    true = random.gamma(3, 90_000, 4128)
    predicted = true * 0.9 + 20_000 + random.normal(0, 45_000, 4128)
    content = {
        "title": "houses.csv",
        "schema": Schema(
            columns(),
            Target("price", "regression", "numbers with many values", None, 0),
            41280,
        ),
        "rows": {"train": 33024, "validation": 4128, "test": 4128},
        "history": history(["loss"], epochs=22, kept=16),
        "best_epoch": 17,
        "scores": (
            Score("hotrow", {"RMSE": 51234.5, "MAE": 33120.2, "R2": 0.8123}, 44.0),
            Score(
                "mean of the training rows",
                {"RMSE": 115300.1, "MAE": 91200.7, "R2": -0.0002},
            ),
            Score(
                "ridge regression over one-hots",
                {"RMSE": 49800.0, "MAE": 35010.0, "R2": 0.821},
                0.4,
            ),
        ),
        "seconds": 44.0,
        "settings": settings(),
        "residuals": list(zip(true.tolist(), predicted.tolist(), strict=True)),
    }
    return Results(**{**content, **changes})
