import numpy as np

from hotrow_cli.demo.neighbours import nearest, neighbours_of_probes


def test_nearest_agrees_with_brute_force():
    random = np.random.default_rng(0)
    table = random.normal(size=(50, 8)).astype("float32")

    def cosine(a, b):
        return np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b))

    for row in (0, 17, 49):
        others = [other for other in range(50) if other != row]
        others.sort(key=lambda other: -cosine(table[row], table[other]))
        assert nearest(table, row, 5).tolist() == others[:5]


def test_length_does_not_matter_and_zero_rows_are_no_error():
    table = np.array([[1, 0], [100, 1], [0.01, 0], [0, 0], [-1, 0]], "float32")
    assert nearest(table, 0, 9).tolist() == [2, 1, 3, 4]
    assert nearest(table, 3, 2).tolist() == [0, 1]


def test_probes_that_the_vocabulary_lacks_are_passed_over():
    words = ["up", "north", "down"]
    table = np.array([[0, 1], [0.1, 1], [0, -1]], "float32")
    found = neighbours_of_probes(table, words, probes=("up", "none"), count=1)
    assert found == {"up": ["north"]}
