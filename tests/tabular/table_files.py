"""Tables that several test files use."""

import csv

import numpy as np
import pyarrow as pa


def people(rows=400, seed=0):
    """Returns a table with a column of each kind, as a dict of lists."""
    rng = np.random.default_rng(seed)

    def some(values, missing=0.1):
        return [None if rng.random() < missing else value for value in values]

    words = [f"word{k}" for k in range(60)]
    days = np.datetime64("2019-01-01") + rng.integers(0, 900, rows)
    return {
        "city": some(rng.choice(["Oslo", "Paris", "Rome", "Bergen"], rows).tolist()),
        "grade": some(rng.integers(1, 6, rows).tolist()),
        "zip": [f"{k:05d}" for k in rng.choice([501, 2134, 94110, 10115], rows)],
        "age": some(rng.integers(18, 90, rows).tolist()),
        "income": some(np.round(rng.normal(3e4, 8e3, rows), 2).tolist()),
        "born": some(days.tolist()),
        "tags": [
            "|".join(rng.choice(list("abcdef"), rng.integers(1, 4), replace=False))
            for _ in range(rows)
        ],
        "note": [" ".join(rng.choice(words, 8)) for _ in range(rows)],
        "id": list(range(rows)),
        "flag": some((rng.random(rows) < 0.5).tolist()),
        "same": ["x"] * rows,
        "nothing": [None] * rows,
        "bought": rng.choice(["no", "yes"], rows).tolist(),
    }


KINDS = {
    "city": "categorical",
    "grade": "code",
    "zip": "code",
    "age": "numeric",
    "income": "numeric",
    "born": "date",
    "tags": "multi",
    "note": "text",
    "id": "identifier",
    "flag": "categorical",
    "same": "constant",
    "nothing": "empty",
}


def arrow(columns):
    """Returns a dict of lists as an Arrow table."""
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def write_csv(path, columns, **settings):
    """Writes a dict of lists as a CSV file, with nothing where a value is missing."""
    settings = {"encoding": "utf-8", "delimiter": ",", **settings}
    with open(path, "w", newline="", encoding=settings.pop("encoding")) as file:
        writer = csv.writer(file, **settings)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow(["" if value is None else value for value in row])
    return path


def rows_of(table, names=None):
    """Returns all rows of a table as a dict of lists."""
    batches = list(table.batches(names))
    return pa.Table.from_batches(batches).to_pydict()
