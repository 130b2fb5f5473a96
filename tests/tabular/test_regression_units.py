"""A regression's numbers are the target's own, in float64, from end to end."""

import keras
import numpy as np
import pytest

import hotrow
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.network.network import build_network
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.table_model import TableModel


def frame_of(offset, size, rows=400, seed=0):
    """A number that hangs on another number and on a category, and little noise."""
    rng = np.random.default_rng(seed)
    x, place = rng.normal(size=rows), rng.integers(3, size=rows)
    level = x + place + rng.normal(0, 0.1, rows)
    names = np.array(["low", "middle", "high"])
    return {"x": x, "place": names[place].tolist(), "y": offset + size * level}


def model_of(frame):
    known = profile(open_table(frame), "y", task="regression")
    layout = InputLayout.of(known.schema, known.encoders)
    network = build_network(known.schema, known.encoders, layout, hidden=(16,))
    model = TableModel(
        network, dict(known.encoders), known.target_encoder, known.schema, layout
    )
    return known, model


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "run"
    hotrow.tabular.fit(
        frame_of(1e15, 20.0), "y", out=out, epochs=15, say=lambda line: None
    )
    return hotrow.tabular.Run(out)


def test_a_target_far_from_zero_is_learned_and_predicted(trained):
    network, mean, ridge = trained.results.scores
    assert network.metrics["R2"] > 0.9
    assert ridge.metrics["R2"] > 0.9
    # The standard deviation of 20 (x + place).
    assert 20 < mean.metrics["RMSE"] < 32
    assert mean.metrics["R2"] == pytest.approx(0, abs=0.1)
    fresh = frame_of(1e15, 20.0, seed=1)
    predicted = trained.model.predict(fresh)
    assert predicted.shape == (400, 1)
    assert predicted.dtype == np.float64
    error = predicted[:, 0] - fresh["y"]
    assert np.sqrt(np.mean(error**2)) < 10
    table = trained.predict(fresh)
    np.testing.assert_array_equal(table["prediction"].to_numpy(), predicted[:, 0])
    true, shown = np.array(trained.results.residuals).T
    assert len(np.unique(true)) > 30
    assert np.std(true - shown) < 10
    rmse = trained.results.history["val_rmse"][-1]
    assert 0 < rmse < 12


def test_the_report_tells_residuals_apart(trained):
    from hotrow.tabular.report import residuals

    section = residuals.section(trained.results)
    points = section.charts[0].to_json()["data"][1]
    assert len(set(points["x"])) > 30
    assert len(set(points["y"])) > 30
    axes = section.charts[0].to_json()["layout"]
    title = axes["xaxis"]["title"]["text"]
    assert title.startswith("true y - 999,999,999,99") or "1,000,000,000,0" in title


@pytest.mark.parametrize(("offset", "size"), [(1.7e9, 3600), (0, 1e-12), (-1e30, 1e30)])
def test_fine_tuning_and_every_way_to_predict(offset, size):
    frame = frame_of(offset, size, 64)
    known, model = model_of(frame)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    before = model.evaluate(frame, frame["y"], verbose=0)
    # In units of the target's deviation: that of the mean is about 1.
    assert 0.1 < before < 10
    model.fit(frame, frame["y"], epochs=30, verbose=0, batch_size=16)
    assert model.evaluate(frame, frame["y"], verbose=0) < 0.2 * before
    expected = model.predict(frame)
    scale = known.target_encoder.std
    assert np.abs(expected[:, 0] - frame["y"]).mean() < scale
    for found in (
        model.predict(frame, batch_size=7, verbose=0),
        model.predict_on_batch(frame),
    ):
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, expected, atol=1e-5 * scale)
    called = keras.ops.convert_to_numpy(model(frame))
    np.testing.assert_allclose(called, expected, atol=1e-5 * scale, rtol=1e-6)
