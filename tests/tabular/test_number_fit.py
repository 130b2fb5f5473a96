"""Numbers of any offset and size: nothing that tells them apart is rounded away."""

import numpy as np
import pyarrow as pa
import pytest

from hotrow.tabular.encoders import TargetEncoder
from hotrow.tabular.kinds.core.number_fit import NumberFit
from hotrow.tabular.kinds.core.summary import Summary
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)


def fitted(numbers, parts=3):
    fit = NumberFit()
    for part in np.array_split(np.asarray(numbers, object), parts):
        texts = pa.array([str(number) for number in part], pa.large_string())
        fit.add(texts, np.ones(len(part), np.int64))
    return fit


def scaled(fit, numbers):
    """Returns numbers as the network standardizes what the encoder gives."""
    encoder = fit.encoder()
    encoded = encoder.encode(numbers)
    assert encoded.dtype == encoder.mean.dtype == encoder.std.dtype == np.float32
    return (encoded - encoder.mean) / encoder.std


OFFSETS = (0, 1e6, -1e9, 1e15, 1e-3)
SIZES = (1.0, 3600.0, 1e-12, 1e30, 1e-200, 1e200)


@pytest.mark.parametrize(
    ("offset", "size"),
    [
        (offset, size)
        for offset in OFFSETS
        for size in SIZES
        # Where a float64 tells them apart.
        if size > 1e-13 * abs(offset) / 90
    ],
)
def test_numbers_of_any_offset_and_size(offset, size):
    numbers = offset + size * RNG.normal(size=90)
    expected = (numbers - numbers[0]) / size
    expected = (expected - expected.mean()) / expected.std()
    fit = fitted(numbers)
    np.testing.assert_allclose(scaled(fit, numbers), expected, atol=2e-5)
    target = TargetEncoder("regression", mean=fit.mean, std=fit.std)
    np.testing.assert_allclose(target.scaled(numbers), expected, atol=2e-5)
    units = target.in_units(target.scaled(numbers))
    assert units.dtype == np.float64
    np.testing.assert_allclose(units, numbers, atol=1e-6 * fit.std, rtol=3e-16)
    assert not np.isnan(fit.encoder().quantiles).any()


@pytest.mark.parametrize("start", [0, 2**53, 10**18, 2**63 - 500, -(2**70)])
def test_integers_of_any_size_differ_by_one(start):
    numbers = [start + k for k in range(1000)]
    z = scaled(fitted(numbers), numbers)
    np.testing.assert_allclose(np.diff(z), np.sqrt(12 / (1e6 - 1)), rtol=1e-3)
    # A value that training did not see is where it belongs.
    farther = scaled(fitted(numbers), [start + 2000])
    np.testing.assert_allclose(farther, 1500.5 * np.sqrt(12 / (1e6 - 1)), rtol=1e-3)


@pytest.mark.parametrize("far", [1e30, -1e38, 1e300, 1.7e308])
def test_one_number_far_off_leaves_the_others_apart(far):
    numbers = [*RNG.normal(size=99).tolist(), far]
    encoder = fitted(numbers).encoder()
    encoded = encoder.encode(numbers)
    assert np.isfinite(encoded).all()
    assert np.isfinite([encoder.mean, encoder.std]).all()
    assert np.isfinite(encoder.quantiles).all()
    assert len(np.unique(encoded)) == 100
    assert abs(encoded[-1]) == abs(encoded).max()


@pytest.mark.parametrize("number", [0, 5, -1e9, 1e15, 10**18, 0.1, 1e-300, 1e300])
def test_numbers_that_do_not_differ(number):
    fit = fitted([number] * 10)
    assert fit.std == 1
    assert fit.mean == number
    np.testing.assert_array_equal(scaled(fit, [number] * 3), np.zeros(3))


@pytest.mark.parametrize("offset", [0.0, 1e9, 1e15])
def test_a_summary_is_that_of_numpy(offset):
    numbers = np.round(offset + RNG.normal(0, 50, 1000))
    weights = RNG.integers(1, 4, 1000)
    summary = Summary()
    for place in np.array_split(np.arange(1000), 7):
        summary.add(numbers[place], weights[place])
    each = np.repeat(numbers - offset, weights)
    np.testing.assert_allclose(summary.mean - offset, each.mean(), atol=0.2)
    np.testing.assert_allclose(summary.std, each.std(), rtol=1e-9)
    quantiles = np.quantile(each, np.linspace(0, 1, 33), method="higher")
    np.testing.assert_array_equal(summary.quantiles() - offset, quantiles)


def test_the_time_of_day_that_is_always_the_same_does_not_count():
    days = [f"2020-01-{k % 28 + 1:02} 08:30" for k in range(100)]
    known = profile(
        open_table({"day": days, "t": ["a", "b"] * 50}), "t", kinds={"day": "date"}
    )
    assert known.encoders["day"].std[-2:].tolist() == [1, 1]


def test_integers_of_the_target_that_lose_digits_are_noted():
    x = RNG.normal(size=100)
    large = [2**53 + k for k in range(100)]
    known = profile(open_table({"x": x, "t": large}), "t")
    (note,) = known.notes
    assert note.startswith("50 of the values of 't' are integers above 2**53")
    assert f"{2**53 + 1} is taken for {2**53}" in note
    small = open_table({"x": x, "t": [10**15 + k for k in range(100)]})
    assert profile(small, "t").notes == ()
