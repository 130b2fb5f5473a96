import pickle
import re
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotrow
from hotrow_vocabulary.vocabulary import id_dtype

pytestmark = pytest.mark.once

# Without surrogates, which no UTF-8 can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.lists(TEXT) | st.lists(INTEGERS) | st.lists(st.integers(-50, 50))


def in_order(values):
    """The tokens as the ids should order them, by plain Python."""
    counts = Counter(values)

    def key(token):
        value = token.encode() if isinstance(token, str) else token
        return -counts[token], value

    return sorted(counts, key=key)


@given(VALUES)
def test_ids_are_by_falling_count_and_then_by_value(values):
    vocab = hotrow.Vocabulary.fit(values)
    assert vocab.tokens.to_pylist() == in_order(values)
    assert len(vocab) == len(set(values)) + 2


@given(VALUES)
def test_encode_agrees_with_a_dict(values):
    vocab = hotrow.Vocabulary.fit(values[::2])
    ids = {token: i + 2 for i, token in enumerate(in_order(values[::2]))}
    np.testing.assert_array_equal(
        vocab.encode(values), [ids.get(value, 1) for value in values]
    )


@given(VALUES)
def test_decode_undoes_encode(values):
    vocab = hotrow.Vocabulary.fit(values)
    assert vocab.decode(vocab.encode(values)).tolist() == values


@given(VALUES, st.randoms(use_true_random=False), st.integers(1, 7))
def test_neither_order_nor_batches_change_ids(values, random, size):
    shuffled = random.sample(values, len(values))
    batches = [shuffled[i : i + size] for i in range(0, len(shuffled), size)]
    vocab = hotrow.Vocabulary.fit(values)
    assert hotrow.Vocabulary.fit(iter(batches)) == vocab
    assert hotrow.Vocabulary.fit(iter(shuffled)) == vocab
    parts = map(hotrow.count, batches)
    assert hotrow.Vocabulary.from_counts(parts) == vocab


@given(st.lists(TEXT, unique=True), st.lists(TEXT))
def test_growing_keeps_old_ids(old, new):
    vocab = hotrow.Vocabulary(old)
    added = vocab.grow(new)
    assert vocab.tokens.to_pylist()[: len(old)] == old
    rest = [token for token in in_order(new) if token not in set(old)]
    assert vocab.tokens.to_pylist()[len(old) :] == rest
    assert added == len(rest)
    assert vocab.decode(vocab.encode(old + new)).tolist() == old + new


def test_padding_and_unknown():
    values = ["b", "a", "a"]
    for padding, unknown, ids, size in [
        (True, True, [2, 3], 4),
        (True, False, [1, 2], 3),
        (False, True, [1, 2], 3),
        (False, False, [0, 1], 2),
    ]:
        vocab = hotrow.Vocabulary.fit(
            values, reserve_padding=padding, reserve_oov=unknown
        )
        assert vocab.encode(["a", "b"]).tolist() == ids
        assert len(vocab) == size
        assert vocab.padding_id == (0 if padding else None)
        assert vocab.oov_id == (int(padding) if unknown else None)
        if unknown:
            assert vocab.encode(["?", None]).tolist() == [vocab.oov_id] * 2
        assert vocab.decode(vocab.encode(["a", "b"])).tolist() == ["a", "b"]


def test_min_count_and_max_size():
    values = list("aaabbccd")
    fit = hotrow.Vocabulary.fit
    assert fit(values, min_count=2).tokens.to_pylist() == ["a", "b", "c"]
    assert fit(values, max_size=4).tokens.to_pylist() == ["a", "b"]
    assert len(fit(values, max_size=4)) == 4
    assert fit(values, max_size=4, reserve_padding=False).tokens.to_pylist() == [
        "a",
        "b",
        "c",
    ]
    assert fit(values, max_size=1).tokens.to_pylist() == []
    assert len(fit(values, max_size=100)) == 6
    with pytest.raises(ValueError, match="`max_size` must be a positive integer"):
        fit(values, max_size=0)
    with pytest.raises(ValueError, match="`min_count` must be a positive integer"):
        fit(values, min_count=1.5)


@given(st.lists(st.sampled_from("abcdefgh")), st.integers(1, 12))
def test_max_size_keeps_the_first(values, size):
    kept = hotrow.Vocabulary.fit(values, max_size=size)
    assert kept.tokens.to_pylist() == in_order(values)[: max(0, size - 2)]


def test_an_unknown_token_is_named_with_its_neighbours():
    vocab = hotrow.Vocabulary(["London", "Oslo", "Paris"], reserve_oov=False)
    message = (
        "A token is not in the vocabulary: 'Pariss', at position 1 (the first of 2). "
        "The nearest known ones: 'Paris'."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        vocab.encode(["Oslo", "Pariss", "Berlin"])
    with pytest.raises(ValueError, match=r"'', at position 0. This vocabulary has no"):
        vocab.encode([""])
    with pytest.raises(ValueError, match=r"'xxx.*\.\.\. \(502 characters\)"):
        vocab.encode(["x" * 500])
    with pytest.raises(ValueError, match=r"A missing value .* at position 1"):
        vocab.encode(["Oslo", None])
    numbers = hotrow.Vocabulary([10, 20, 2**62, -5], reserve_oov=False)
    with pytest.raises(ValueError, match=r"17, at position 0. .* 20, 10, -5"):
        numbers.encode([17])


def test_a_near_token_is_found_beyond_the_frequent_ones():
    many = [f"{i:06}" for i in range(20_000)]
    vocab = hotrow.Vocabulary([*many, "zebra"], reserve_oov=False)
    with pytest.raises(ValueError, match="nearest known ones: 'zebra'"):
        vocab.encode(["zebras"])


def test_lowercase_and_normalization():
    composed, apart = "\u00c9t\u00e9", unicodedata.normalize("NFD", "\u00c9t\u00e9")
    assert len(hotrow.Vocabulary.fit([composed, apart])) == 4
    vocab = hotrow.Vocabulary.fit(
        [composed, apart, "\u00e9t\u00e9"], normalize="NFC", lowercase=True
    )
    assert vocab.tokens.to_pylist() == ["\u00e9t\u00e9"]
    assert vocab.encode([apart, composed.upper()]).tolist() == [2, 2]
    assert apart in vocab
    with pytest.raises(ValueError, match="`normalize` must be None or one of NFC, NFD"):
        hotrow.Vocabulary([], normalize="nfc")
    with pytest.raises(ValueError, match="`lowercase` must be True or False"):
        hotrow.Vocabulary([], lowercase="yes")
    with pytest.raises(ValueError, match="'a' twice"):
        hotrow.Vocabulary(["A", "a"], lowercase=True)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_normal_forms_are_those_of_python(form):
    text = ["\ufb01", "\u1e9b\u0323", "\u00c5", "A\u030a", "\uac00", "\u2126", ""]
    vocab = hotrow.Vocabulary.fit(text, normalize=form)
    expected = {unicodedata.normalize(form, t) for t in text}
    assert set(vocab.tokens.to_pylist()) == expected


def test_strings_that_are_easily_confused_stay_apart():
    tokens = ["", "\0", "\0\0", "a", "a\0", "a\0\0", "\0a", "A", "\u00e9", "e\u0301"]
    tokens += [
        "\U0001f600",
        "\ufeffa",
        "a ",
        " a",
        "\u200b",
        "\x7f",
        "\ud7ff",
        "\uffff",
    ]
    tokens += ["x" * n for n in range(1, 40)] + ["x" * n + "\0" for n in range(1, 40)]
    tokens += ["y" * n + "z" for n in (254, 255, 256, 257, 10_000)]
    tokens += ["y" * n for n in (254, 256, 257, 10_000)]
    vocab = hotrow.Vocabulary(tokens)
    assert vocab.encode(tokens).tolist() == list(range(2, len(tokens) + 2))
    assert vocab.decode(vocab.encode(tokens)).tolist() == tokens


def test_a_very_long_string():
    long = "word " * 2_000_000
    vocab = hotrow.Vocabulary.fit([long, long + "!", "short"])
    assert vocab.encode([long, long + "?", "short"]).tolist()[1] == 1
    assert vocab.decode(vocab.encode([long]))[0] == long


def test_empty_input():
    for empty in ([], np.zeros(0, int), np.array([], str), iter([]), [None, None]):
        vocab = hotrow.Vocabulary.fit(empty)
        assert len(vocab) == 2
        assert vocab.encode(["a"]).tolist() == [1]
        assert vocab.encode([7]).tolist() == [1]
        assert vocab.encode([]).shape == (0,)
        assert vocab.decode([]).shape == (0,)
        assert vocab.decode([0, 1]).tolist() == [None, None]
        assert vocab.grow(["a"]) == 1
        assert vocab.encode(["a"]).tolist() == [2]
    bare = hotrow.Vocabulary([], reserve_padding=False, reserve_oov=False)
    assert len(bare) == 0
    with pytest.raises(ValueError, match="not in the vocabulary: 'a'"):
        bare.encode(["a"])


def test_the_dtype_of_ids_at_the_boundary():
    # The largest id is one less than the size.
    assert id_dtype(2**31) is np.int32
    assert id_dtype(2**31 + 1) is np.int64
    assert hotrow.Vocabulary(["a"]).encode(["a"]).dtype == np.int32


def test_integers_at_the_boundaries():
    tokens = [-(2**63), 2**63 - 1, 0, -1, 2**31 - 1, 2**31, -(2**31), 2**32, 2**53 + 1]
    vocab = hotrow.Vocabulary(tokens)
    assert vocab.encode(tokens).tolist() == list(range(2, len(tokens) + 2))
    assert vocab.encode([2**53, 1, -2, 2**63 - 2]).tolist() == [1, 1, 1, 1]
    for low in (2**31 - 2, -(2**63), 2**63 - 5):
        near = list(range(low, low + 5))
        vocab = hotrow.Vocabulary(near)
        assert vocab.encode(near).tolist() == [2, 3, 4, 5, 6]
        assert vocab.encode([0, -(2**63) + 7, 2**63 - 8]).tolist() == [1, 1, 1]


def test_decode_checks_ids():
    vocab = hotrow.Vocabulary(["a", "b"])
    assert vocab.decode([[3, 2], [0, 1]]).tolist() == [["b", "a"], [None, None]]
    assert vocab.decode(3).shape == ()
    for bad in (4, -1, 2**40):
        with pytest.raises(ValueError, match=f"out of range: {bad}. .* from 0 to 3"):
            vocab.decode([2, bad])
    with pytest.raises(
        ValueError, match=r"Ids are integers. Received: an array of dty"
    ):
        vocab.decode([2.0])


def test_a_token_stands_once_and_is_not_missing():
    with pytest.raises(ValueError, match=r"each token once. Received: 'b' twice"):
        hotrow.Vocabulary(["a", "b", "c", "b"])
    with pytest.raises(ValueError, match="Received: 7 twice"):
        hotrow.Vocabulary([7, 8, 7])
    with pytest.raises(ValueError, match="Received: -9 twice"):
        hotrow.Vocabulary([-9, 2**60, -9])
    with pytest.raises(ValueError, match="A missing value cannot be a token"):
        hotrow.Vocabulary(["a", None])
    with pytest.raises(ValueError, match="`reserve_padding` must be True or False"):
        hotrow.Vocabulary(["a"], reserve_padding=0)


def test_kinds_do_not_mix():
    vocab = hotrow.Vocabulary(["1"])
    with pytest.raises(ValueError, match="integers such as 1, where the vocabulary ho"):
        vocab.encode([1])
    with pytest.raises(ValueError, match="integers such as 1, where the vocabulary ho"):
        vocab.grow([1])
    assert 1 not in vocab
    assert "1" in vocab
    assert None not in vocab
    assert vocab.encode([np.nan]).tolist() == [1]


def test_threads_read_one_vocabulary_while_it_grows():
    words = [f"word {i}" for i in range(5000)]
    vocab = hotrow.Vocabulary(words)
    expected = np.arange(2, 5002)

    def read(seed):
        order = np.random.default_rng(seed).permutation(5000)
        ids = vocab.encode([words[i] for i in order])
        return (ids == expected[order]).all() and vocab.decode(ids)[0] == words[
            order[0]
        ]

    with ThreadPoolExecutor(8) as pool:
        reads = [pool.submit(read, seed) for seed in range(40)]
        grown = [pool.submit(vocab.grow, [f"new {i}"]) for i in range(20)]
        assert all(future.result() for future in reads)
        assert sum(future.result() for future in grown) == 20
    assert sorted(vocab.encode([f"new {i}" for i in range(20)])) == [*range(5002, 5022)]


def test_pickle_equality_and_repr():
    vocab = hotrow.Vocabulary(["a", "b", "c", "d"], lowercase=True)
    again = pickle.loads(pickle.dumps(vocab))
    assert again == vocab
    assert again.encode(["D"]).tolist() == [5]
    assert vocab != hotrow.Vocabulary(["a", "b", "c", "d"])
    assert vocab != ["a"]
    assert repr(vocab) == "<hotrow.Vocabulary of 6 ids: 'a', 'b', 'c', ...>"


@settings(max_examples=20)
@given(st.lists(INTEGERS, min_size=200, max_size=400, unique=True))
def test_many_integers(keys):
    vocab = hotrow.Vocabulary(keys[::2])
    ids = {key: i + 2 for i, key in enumerate(keys[::2])}
    assert vocab.encode(keys).tolist() == [ids.get(key, 1) for key in keys]
