"""The parts of a report that can be checked against another's numbers."""

import math

import numpy as np
import pytest

from hotrow.tabular.report import projection
from hotrow.tabular.report.calibration import wilson
from hotrow.tabular.report.markup import duration, number, share, shortened, value
from hotrow.tabular.report.neighbors import nearest
from hotrow.tabular.report.page import SCRIPTS, _asset

pytestmark = pytest.mark.once


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    scales = np.array([5, 3, 1, 0.5, 0.1])
    return (random.normal(size=(42, 5)) * scales + 7).astype("float32")


def test_principal_components_agree_with_a_singular_value_decomposition(table):
    points, shares = projection.principal_components(table)
    centered = table - table.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centered, full_matrices=False)
    # The sign of an axis is free.
    np.testing.assert_allclose(np.abs(points), np.abs(centered @ axes[:2].T), atol=1e-4)
    np.testing.assert_allclose(shares, (sizes**2 / (sizes**2).sum())[:2], rtol=1e-4)


def test_the_sign_of_an_axis_does_not_hang_on_the_sign_of_the_data(table):
    there, _ = projection.principal_components(table)
    back, _ = projection.principal_components(-table)
    np.testing.assert_allclose(back, -there, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (4, 1), (2, 2)])
def test_tables_with_less_than_two_axes(shape):
    points, shares = projection.principal_components(np.ones(shape, "float32"))
    assert points.shape == (shape[0], 2)
    assert not points.any()
    assert shares == (0.0, 0.0)


@pytest.mark.parametrize("size", [1, 2, 700])
def test_nearest_agrees_with_a_loop(size):
    vectors = np.random.default_rng(1).normal(size=(size, 3)).astype("float32")
    vectors[size // 2] = 0
    rows, cosines = nearest(vectors, 4)
    assert rows.shape == cosines.shape == (size, min(4, size - 1))
    for row in range(0, size, 50):
        own = []
        for other in range(size):
            lengths = np.linalg.norm(vectors[row]) * np.linalg.norm(vectors[other])
            product = float(vectors[row] @ vectors[other])
            own.append(product / lengths if lengths > 0 else 0.0)
        oracle = [x for x in np.argsort(-np.array(own), kind="stable") if x != row][:4]
        np.testing.assert_allclose(cosines[row], np.array(own)[oracle], atol=1e-5)


def test_wilson_interval_solves_its_equation():
    for seen, rows in ((0.0, 5), (0.3, 40), (1.0, 7)):
        for end in wilson(seen, rows):
            if 0 < end < 1:
                distance = abs(seen - end) / math.sqrt(end * (1 - end) / rows)
                assert distance == pytest.approx(1.96)


FAKE = """
import numpy as np, time
class UMAP:
    def __init__(self, **settings):
        assert settings["metric"] == "cosine"
    def fit_transform(self, vectors):
        {action}
        return vectors[:, :2] * 2
"""


@pytest.fixture
def fake_umap(tmp_path, monkeypatch):
    def made(action="pass"):
        (tmp_path / "umap.py").write_text(FAKE.format(action=action))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return made


def test_umap_where_it_is_installed(table, fake_umap):
    fake_umap()
    found = projection.umap_points({"a": table, "few": table[:5]})
    assert list(found) == ["a"]
    np.testing.assert_array_equal(found["a"], table[:, :2] * 2)


def test_umap_that_takes_too_long_leaves_what_it_had_done(
    table, fake_umap, monkeypatch
):
    fake_umap("time.sleep(60 if len(vectors) == 42 else 0)")
    monkeypatch.setattr(projection, "UMAP_SECONDS", 2.0)
    found = projection.umap_points({"quick": table[:30], "slow": table})
    assert list(found) == ["quick"]


@pytest.mark.parametrize("action", ["1 / 0", "vectors = vectors * np.nan"])
def test_umap_that_fails_is_left_out(table, fake_umap, action):
    fake_umap(action)
    assert projection.umap_points({"a": table}) == {}


def test_without_umap(table, monkeypatch):
    monkeypatch.setattr(projection, "find_spec", lambda name: None)
    assert projection.umap_points({"a": table}) == {}


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.85312, "0.853"),
        (1, "1"),
        (1234567, "1,234,567"),
        (51234.5, "51,234"),
        (123.45, "123.5"),
        (-0.0002, "-0.0002"),
        (0.0, "0.000"),
        (float("nan"), "n/a"),
        (None, "n/a"),
    ],
)
def test_numbers(x, text):
    assert number(x) == text


def test_shares_and_times():
    assert [share(0, 9), share(1, 9), share(1, 10**6), share(1, 0)] == [
        "0.0 %",
        "11.1 %",
        "< 0.1 %",
        "n/a",
    ]
    assert [duration(x) for x in (0.123, 21.3, 130.0, 7300.0, None)] == [
        "0.12 s",
        "21 s",
        "2 min 10 s",
        "2 h 1 min",
        "n/a",
    ]


def test_values_are_cut_and_shown_even_if_blank():
    assert shortened("a\n b") == "a b"
    assert shortened("x" * 70) == "x" * 59 + "…"
    assert shortened("") == "''"
    assert value('<"') == "<bdi>&lt;&quot;</bdi>"
    assert value("a\nb") == '<bdi title="a\nb">a b</bdi>'


def test_no_script_of_ours_can_end_its_own_element():
    for name in SCRIPTS:
        assert "</script" not in _asset(name).lower()
        assert "<!--" not in _asset(name)
