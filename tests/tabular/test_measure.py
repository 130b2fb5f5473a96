"""What is measured, against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics

from hotrow.tabular.training.measure import Measure, area_under_curve

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)


def in_parts(task, classes, truth, predicted):
    measure = Measure(task, classes)
    for part in np.array_split(np.arange(len(truth)), 3):
        measure.add(truth[part], predicted[part])
    return measure


def test_binary():
    truth = RNG.integers(2, size=500)
    positive = np.clip(truth * 0.2 + RNG.uniform(0.05, 0.75, 500), 0, 1).round(2)
    measure = in_parts("binary", 2, truth, positive[:, np.newaxis])
    values = measure.metrics()
    answer = positive > 0.5
    assert values["accuracy"] == pytest.approx((answer == truth).mean())
    assert values["log loss"] == pytest.approx(metrics.log_loss(truth, positive))
    assert values["AUC"] == pytest.approx(metrics.roc_auc_score(truth, positive))
    details = measure.details()
    table = metrics.confusion_matrix(truth, answer)
    assert details["confusion"] == table.tolist()
    assert sum(rows for _, _, rows in details["calibration"]) == 500


def test_multiclass():
    truth = RNG.integers(4, size=300)
    predicted = RNG.dirichlet(np.ones(4), 300)
    measure = in_parts("multiclass", 4, truth, predicted)
    values = measure.metrics()
    answer = predicted.argmax(axis=1)
    assert values["accuracy"] == pytest.approx((answer == truth).mean())
    assert values["log loss"] == pytest.approx(metrics.log_loss(truth, predicted))
    table = metrics.confusion_matrix(truth, answer)
    assert measure.details()["confusion"] == table.tolist()


@pytest.mark.parametrize("offset", [0, 1e6])
def test_regression(offset):
    truth = RNG.normal(size=300) + offset
    predicted = truth + RNG.normal(size=300) / 2
    measure = in_parts("regression", 0, truth, predicted[:, np.newaxis])
    values = measure.metrics()
    mse = metrics.mean_squared_error(truth, predicted)
    assert values["RMSE"] == pytest.approx(mse**0.5)
    assert measure.loss == pytest.approx(mse)
    assert values["MAE"] == pytest.approx(metrics.mean_absolute_error(truth, predicted))
    assert values["R2"] == pytest.approx(metrics.r2_score(truth, predicted))
    assert len(measure.details()["residuals"]) == 300


def test_what_cannot_be_measured_is_left_out():
    assert area_under_curve(np.ones(3), np.arange(3)) is None
    one_class = in_parts("binary", 2, np.ones(9, int), np.full((9, 1), 0.7))
    assert "AUC" not in one_class.metrics()
    constant = in_parts("regression", 0, np.full(9, 4.0), np.full((9, 1), 4.0))
    assert "R2" not in constant.metrics()
    assert Measure("binary", 2).metrics() == {}
    assert Measure("binary", 2).details() == {}
