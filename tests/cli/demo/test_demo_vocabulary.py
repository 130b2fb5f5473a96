import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotrow_cli.demo.vocabulary import Words

TEXTS = [["b", "a", "b"], ["c", "a", "b", "d"]]


def test_ids_go_by_falling_count_and_then_by_word():
    words = Words.fit(TEXTS, size=100)
    assert words.words == ("b", "a", "c", "d")
    assert words.size == 6
    expected = [[3, 2, 1, 0], [0, 0, 0, 0], [5, 4, 3, 2]]
    ids = words.ids([["a", "b", "zzz"], [], ["d", "c", "a", "b", "b"]], length=4)
    assert ids.dtype == np.int32
    np.testing.assert_array_equal(ids, expected)


def test_the_size_counts_padding_and_unknown():
    assert Words.fit(TEXTS, size=4).words == ("b", "a")
    assert Words.fit(TEXTS, size=1).words == ()


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=8), max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_texts_does_not_matter(texts, random):
    shuffled = list(texts)
    random.shuffle(shuffled)
    assert Words.fit(texts, 5) == Words.fit(shuffled, 5)


def test_a_file_gives_the_same_vocabulary(tmp_path):
    words = Words(("naïve", "<number>", "a"))
    path = tmp_path / "vocabulary.json"
    path.write_text("an earlier file")
    words.save(path)
    assert Words.load(path) == words
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    content = json.loads(path.read_text(encoding="utf-8"))
    assert (content["format"], content["version"]) == ("hotrow-demo-vocabulary", 1)


def test_a_file_of_another_version_is_an_error(tmp_path):
    path = tmp_path / "vocabulary.json"
    path.write_text('{"format": "hotrow-demo-vocabulary", "version": 2, "words": []}')
    with pytest.raises(ValueError, match=r"Received: \('hotrow-demo-vocabulary', 2\)"):
        Words.load(path)
