import numpy as np
import pytest

from hotrow_cli.demo.neighbors import neighbors_of_probes

pytestmark = pytest.mark.once


def test_probes_that_the_vocabulary_lacks_are_passed_over():
    words = ["up", "north", "down"]
    table = np.array([[0, 1], [0.1, 1], [0, -1]], "float32")
    found = neighbors_of_probes(table, words, probes=("up", "none"), count=1)
    assert found == {"up": ["north"]}
