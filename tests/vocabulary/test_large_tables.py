"""The hash tables of large vocabularies are right whatever the hashes are."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotrow_vocabulary.hash_tables import slots, string_hashes
from hotrow_vocabulary.hash_tables.large_integer_table import LargeIntegerTable
from hotrow_vocabulary.hash_tables.large_string_table import LargeStringTable

pytestmark = pytest.mark.once

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SAME = [0, 2**64 - 1, 2**32 - 1, 2**63]


def large(values):
    return pa.array(values, pa.large_string())


@pytest.mark.parametrize("hash_", SAME)
def test_strings_of_one_hash_are_told_apart(monkeypatch, hash_):
    def hashes(self, start, stop):
        return np.full(stop - start, hash_, np.uint64)

    monkeypatch.setattr(string_hashes.Strings, "hashes", hashes)
    words = [f"word {i}" for i in range(100)]
    table = LargeStringTable(large(words))
    found = table.find(large([*words[::-1], "word", "word 100"]))
    assert found.tolist() == [*range(99, -1, -1), -1, -1]
    with pytest.raises(ValueError, match="'word 3' twice"):
        LargeStringTable(large([*words, "word 3"]))


@pytest.mark.parametrize("half", [0, 7])
def test_strings_of_half_a_hash_too(monkeypatch, half):
    def hashes(self, start, stop):
        rows = np.arange(start, stop, dtype=np.uint64)
        return (rows % np.uint64(3)) + (np.uint64(half) << np.uint64(32))

    monkeypatch.setattr(string_hashes.Strings, "hashes", hashes)
    words = large([f"word {i}" for i in range(50)])
    assert LargeStringTable(words).find(words).tolist() == list(range(50))


def test_integers_of_one_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(
        LargeIntegerTable, "_hash", lambda self, keys: np.full(keys.size, 3, np.uint64)
    )
    keys = np.arange(60) * 2**40
    table = LargeIntegerTable(keys)
    found = table.find(pa.array(np.append(keys[::-1], [1, -(2**40)])))
    assert found.tolist() == [*range(59, -1, -1), -1, -1]


@given(st.lists(TEXT, max_size=60))
def test_equal_strings_have_equal_hashes_wherever_they_lie(words):
    packed = string_hashes.Strings(large(words))
    alone = [string_hashes.Strings(large([word])).hashes(0, 1)[0] for word in words]
    assert packed.hashes(0, len(words)).tolist() == alone
    shifted = string_hashes.Strings(large(["\u00e9", *words])[1:])
    assert shifted.hashes(0, len(words)).tolist() == alone


def test_hashes_spread():
    words = string_hashes.Strings(large([f"{i}" for i in range(100_000)]))
    hashes = words.hashes(0, len(words))
    assert len(set(hashes.tolist())) == 100_000
    # As many slots hit as by chance, 1 - 1/e, whichever bits choose the slot.
    for shift in (0, 20, 40):
        places = (hashes >> np.uint64(shift)) % np.uint64(100_000)
        assert 0.62 < len(set(places.tolist())) / 100_000 < 0.65


def test_several_blocks_and_strings_of_all_lengths(monkeypatch):
    rng = np.random.default_rng(0)
    words = ["".join(map(chr, rng.integers(32, 127, n))) for n in range(600)]
    words = sorted({*words, *[f"{i}" for i in range(40_000)]})
    table = LargeStringTable(large(words))
    order = rng.permutation(len(words))
    found = table.find(large([words[i] for i in order]))
    np.testing.assert_array_equal(found, order)
    missing = [word + "!" for word in words]
    ids = {word: i for i, word in enumerate(words)}
    expected = [ids.get(word, -1) for word in missing]
    np.testing.assert_array_equal(table.find(large(missing)), expected)


@pytest.mark.parametrize("low", [0, -(2**63), 2**63 - 200_000, -77])
def test_integers_near_to_each_other(low):
    keys = np.arange(0, 200_000, 3, dtype=np.int64) + np.int64(low)
    keys = np.random.default_rng(0).permutation(keys)
    table = LargeIntegerTable(keys)
    np.testing.assert_array_equal(table.find(pa.array(keys)), np.arange(keys.size))
    others = np.setdiff1d(keys + np.int64(1) if low < 0 else keys - np.int64(1), keys)
    assert (table.find(pa.array(others)) == -1).all()


@given(st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=60))
def test_integers_are_found_as_by_a_dict(keys):
    values = [*keys[::-1], 0, -1, 2**63 - 1, -(2**63)]
    positions = {key: place for place, key in enumerate(keys)}
    found = LargeIntegerTable(np.array(keys, np.int64)).find(pa.array(values))
    assert found.tolist() == [positions.get(value, -1) for value in values]


def test_arithmetic_at_the_boundaries():
    assert slots.position_dtype(2**31) is np.int32
    assert slots.position_dtype(2**31 + 1) is np.int64
    assert slots.slot_count(2**31) == 2**32
    assert slots.slot_count(2**31 + 1) == 2**33
    slots.check_count(2**32 - 2)
    with pytest.raises(
        ValueError, match=r"at most 4294967294 tokens. Received: 429496"
    ):
        slots.check_count(2**32 - 1)
