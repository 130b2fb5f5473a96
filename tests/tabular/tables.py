"""Small tables with something to learn in them."""

import numpy as np

CITIES = ("Oslo", "Rome", "Lima", "Bern", "Kyiv")


def people(rows=600, seed=0):
    """A dict of columns; `income` depends on all of them but `shoe`."""
    rng = np.random.default_rng(seed)
    city = rng.integers(len(CITIES), size=rows)
    age = rng.uniform(18, 80, rows).round(1)
    level = np.where(np.isin(city, (0, 3)), 2.0, -2.0) - np.abs(age - 45) / 8 + 2
    rich = level + rng.logistic(size=rows) / 2 > 0
    frame = {
        "city": [CITIES[number] for number in city],
        "age": age.tolist(),
        "shoe": rng.normal(42, 2, rows).round(1).tolist(),
        "income": np.where(rich, "high", "low").tolist(),
    }
    for row in range(0, rows, 37):
        frame["city"][row] = None
        frame["age"][(row + 5) % rows] = None
    return frame


def prices(rows=600, seed=0):
    """The same with a number to predict: `price`, some hundred thousand."""
    rng = np.random.default_rng(seed)
    frame = people(rows, seed)
    del frame["income"]
    level = np.array(
        [300_000 if c in ("Oslo", "Bern") else 200_000 for c in frame["city"]]
    )
    noise = rng.normal(0, 5_000, rows)
    frame["price"] = (
        level + noise + 1000 * np.array([a or 45 for a in frame["age"]])
    ).tolist()
    return frame


def to_csv(frame, path, encoding="utf-8", delimiter=","):
    """Writes a frame as a CSV file, and returns its path."""
    lines = [delimiter.join(frame)]
    for row in zip(*frame.values(), strict=True):
        cells = ["" if value is None else str(value) for value in row]
        lines.append(delimiter.join(cells))
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path
