import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA

from hotrow_cli.demo import vector_map

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    scales = np.array([5, 3, 1, 0.5, 0.1])
    return (random.normal(size=(42, 5)) * scales + 7).astype("float32")


def test_components_agree_with_another_library(table):
    ours = vector_map.principal_components(table)
    theirs = PCA(2).fit_transform(table)
    assert ours.shape == (42, 2)
    # The sign of an axis is free.
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-4)


def test_the_sign_of_an_axis_does_not_hang_on_the_sign_of_the_data(table):
    there = vector_map.principal_components(table)
    back = vector_map.principal_components(-table)
    np.testing.assert_allclose(back, -there, atol=1e-4)


def test_typical_package():
    ids = np.array([[2, 2, 3, 0], [2, 3, 3, 3], [2, 2, 3, 4]], "int32")
    labels = np.array([0, 0, 1], "int32")
    # Shares of 2, 3 and 4: 3/8, 4/8 and 0 in package 0; 2/4, 1/4 and 1/4 in package 1.
    typical = vector_map.typical_package(ids, labels, size=5)
    assert typical[2:].tolist() == [1, 0, 1]


def draw(path, table):
    words = [f"w$_{place}^" for place in range(42)]
    typical = np.arange(42) % 3
    return vector_map.draw(path, table, words, typical, ["a", "b", "c"])


def test_draw_writes_a_png(tmp_path, table):
    assert draw(tmp_path / "map.png", table)
    assert (tmp_path / "map.png").read_bytes().startswith(PNG)


def test_vectors_that_are_all_equal_can_be_drawn(tmp_path, table):
    assert draw(tmp_path / "map.png", np.ones_like(table))


def test_without_matplotlib_nothing_is_drawn(tmp_path, table, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert not draw(tmp_path / "map.png", table)
    assert not list(tmp_path.iterdir())
