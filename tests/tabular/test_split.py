"""The split is exact and the same however the rows come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotrow.tabular.split import split_of_rows

pytestmark = pytest.mark.once


@given(st.integers(0, 10**12), st.integers(0, 200), st.integers(0, 2**70))
def test_each_ten_rows_have_one_of_each(start, count, seed):
    first = start // 10 * 10
    blocks = split_of_rows(first, 10 * count, seed).reshape(-1, 10)
    for part, rows in ((0, 8), (1, 1), (2, 1)):
        assert ((blocks == part).sum(axis=1) == rows).all()


@given(
    st.integers(0, 10**12), st.integers(0, 200), st.integers(0, 200), st.integers(0, 99)
)
def test_batches_do_not_matter(start, one, two, seed):
    whole = split_of_rows(start, one + two, seed)
    assert whole.dtype == np.uint8
    parts = [split_of_rows(start, one, seed), split_of_rows(start + one, two, seed)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_places_in_a_block_are_random():
    blocks = split_of_rows(0, 10**6, 7).reshape(-1, 10)
    for part in (1, 2):
        share = (blocks == part).mean(axis=0)
        # Four standard deviations of a share of 1 in 10 among 100,000.
        np.testing.assert_allclose(share, 0.1, atol=4 * 0.3 / np.sqrt(1e5))
    other = split_of_rows(0, 10**6, 8)
    # By chance alone, 8/10 squared and twice 1/10 squared are alike.
    np.testing.assert_allclose((other == blocks.reshape(-1)).mean(), 0.66, atol=0.005)
