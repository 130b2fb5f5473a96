"""Tables of many columns: cost by the size of the data, and losses in bounds."""

import time

import numpy as np
import pytest

import hotrow

CATEGORIES, NUMBERS, ROWS = 400, 800, 83


def wide_table():
    """More columns than rows, as of genes; the target hangs on ten of them."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(ROWS, NUMBERS)).round(3)
    frame = {f"gene {k}": values[:, k].tolist() for k in range(NUMBERS)}
    letters = np.array(["AA", "AG", "GG"])[rng.integers(3, size=(ROWS, CATEGORIES))]
    frame |= {f"snp {k}": letters[:, k].tolist() for k in range(CATEGORIES)}
    sick = values[:, :10].sum(axis=1) > np.quantile(values[:, :10].sum(axis=1), 0.7)
    frame["state"] = np.where(sick, "sick", "well").tolist()
    return frame


@pytest.mark.slow
def test_more_columns_than_rows(tmp_path):
    frame, said = wide_table(), []
    start = time.process_time()
    run = hotrow.tabular.fit(
        frame, "state", out=tmp_path / "run", epochs=6, say=said.append
    )
    seconds = time.process_time() - start
    history = run.results.history
    # A model that knows nothing has a loss of 0.61: none is far above it.
    assert max(history["loss"]) < 0.75
    assert max(history["val_loss"]) < 1.0
    assert history["loss"][-1] < 0.6
    assert len("\n".join(said).splitlines()) < 80
    # One table of vectors for all columns of few values.
    assert len(run.model.model.weights) == 7
    assert len(run.vectors()) == CATEGORIES
    assert run.predict(frame).num_rows == ROWS
    # Ten seconds alone on a machine; with a variable a column it was minutes.
    assert seconds < 60
