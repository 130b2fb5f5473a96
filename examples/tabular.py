"""A model of a table: from raw columns to a file that predicts from raw columns.

Makes a small table of houses, trains a model of their prices, and asks it about a house
that it has not seen. Run it with `KERAS_BACKEND=jax python examples/tabular.py` (or
tensorflow, or torch). The same for a file is the command
`hotrow fit houses.csv --target price --out run`.
"""

import tempfile
from pathlib import Path

import keras
import numpy as np

import hotrow

TOWNS = {"Bergen": 300, "Oslo": 450, "Molde": 200, "Hamar": 210, "Drammen": 310}
rng = np.random.default_rng(0)
town = rng.choice(list(TOWNS), 1000)
size = rng.uniform(40, 200, 1000)
price = [TOWNS[t] for t in town] + 2 * size + rng.normal(0, 10, 1000)
houses = {"town": town.tolist(), "size": size.tolist(), "price": price.tolist()}

with tempfile.TemporaryDirectory() as folder:
    run = hotrow.tabular.fit(houses, "price", out=Path(folder) / "run", epochs=60)
    print("near to Bergen:", run.neighbors("town", "Bergen", n=1))

    # In another process, the file and `import hotrow` are enough.
    model = keras.saving.load_model(Path(folder) / "run" / "model.keras")
    asked = {"town": ["Oslo", "Oslo", None], "size": [50, 150, 150]}
    small, large, nowhere = model.predict(asked)[:, 0]
    print(
        f"in Oslo: {small:.0f} and {large:.0f}; in a town we do not know: {nowhere:.0f}"
    )
assert small < large
