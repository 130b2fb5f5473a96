"""Degrees of latitude and longitude."""

import doctest
import inspect

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.values.numbers.coordinate_format import (
    CoordinateFormat,
    find_coordinates,
)
from hotrow.tabular.values.numbers.formats import format_of

pytestmark = pytest.mark.once


def find(texts):
    tokens = pa.array(texts, pa.large_string())
    return find_coordinates(tokens, np.ones(len(tokens)))


@pytest.mark.parametrize(
    ("texts", "sides", "degrees"),
    [
        (["44.7N", "33.9S"], "NS", [44.7, -33.9]),
        (["44.7 E", "33.9 W"], "EW", [44.7, -33.9]),
        (["N44.7", "S 33.9"], "NS", [44.7, -33.9]),
        (["44.7°N", "33.9° S"], "NS", [44.7, -33.9]),
        (["44,7N", "33,9S"], "NS", [44.7, -33.9]),
        (["44.7N", "12.5N"], "NS", [44.7, 12.5]),
        (["52°30'36\"N", "52° 30′ 36″ S"], "NS", [52.51, -52.51]),
        (["118°30'E", "70°15.6'W"], "EW", [118.5, -70.26]),
        (["52°N", "30°S"], "NS", [52, -30]),
    ],
)
def test_degrees(texts, sides, degrees):
    form, good = find(texts)
    assert form == CoordinateFormat(sides) == format_of(form.to_json())
    assert good.all()
    np.testing.assert_allclose(form.read(texts), degrees, rtol=1e-14)


@pytest.mark.parametrize(
    "texts",
    [["12N", "14S"], ["91.5N", "99.5S"], ["N44.7S", "S33.9N"], ["44.7", "33.9"],
     ["44.7X", "3.5Y"], ["5.5e", "7.5e"], ["181.5E", "190.5W"], ["-44.7S", "-3.5S"],
     ["S", "N"], ["12°61'N", "12°75'S"], ["3.5 kg", "4.5 kg"]],
)  # fmt: skip
def test_what_is_no_coordinate(texts):
    found = find(texts)
    assert found is None or not found[1].any()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 89), st.integers(0, 59), st.integers(0, 59),
                       st.booleans()), min_size=3, max_size=20),
    st.sampled_from(["{d}°{m:02d}'{s:02d}\"{w}", "{w} {d}° {m}' {s}\"",
                     "{d}d{m}m{s}s{w}"]),
)  # fmt: skip
def test_degrees_minutes_and_seconds(parts, written):
    texts, expected = [], []
    for d, m, s, south in parts:
        texts.append(written.format(d=d, m=m, s=s, w="S" if south else "N"))
        degrees = d + m / 60 + s / 3600
        expected.append(-degrees if south else degrees)
    np.testing.assert_allclose(CoordinateFormat("NS").read(texts), expected, rtol=1e-12)


def test_a_column_of_latitudes():
    degrees = np.random.default_rng(0).uniform(-90, 90, 200).round(3)
    texts = [f"{abs(v)}{'S' if v < 0 else 'N'}" for v in degrees]
    known = profile(open_table(pa.table({"lat": texts, "y": ["a", "b"] * 100})), "y")
    (column,) = known.schema.columns
    assert (column.kind, column.missing) == ("numeric", 0)
    assert column.why == "degrees of latitude, negative in the south"
    assert not known.notes + known.warnings
    encoded = known.encoders["lat"].encode(texts)
    np.testing.assert_array_equal(encoded, degrees.astype(np.float32))


def test_the_example():
    test = doctest.DocTestParser().get_doctest(
        inspect.getdoc(CoordinateFormat),
        {"CoordinateFormat": CoordinateFormat}, "x", None, 0,
    )  # fmt: skip
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0
