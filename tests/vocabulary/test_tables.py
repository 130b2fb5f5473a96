"""The hash tables are right whatever the hashes are."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotrow_vocabulary.hash_tables import table as tables
from hotrow_vocabulary.hash_tables import word_table
from hotrow_vocabulary.hash_tables.direct_table import DirectTable
from hotrow_vocabulary.hash_tables.integer_table import IntegerTable
from hotrow_vocabulary.hash_tables.large_integer_table import LargeIntegerTable
from hotrow_vocabulary.hash_tables.large_string_table import LargeStringTable
from hotrow_vocabulary.hash_tables.slots import DuplicateKeys
from hotrow_vocabulary.hash_tables.string_table import StringTable
from hotrow_vocabulary.hash_tables.table import make_table
from hotrow_vocabulary.hash_tables.word_table import WordTable
from hotrow_vocabulary.hash_tables.words import BLOCK, blocks

pytestmark = pytest.mark.once

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def large(values):
    return pa.array(values, pa.large_string())


def expected(tokens, values):
    """Positions by a dict of Python."""
    positions = {token: place for place, token in enumerate(tokens)}
    return [positions.get(value, -1) for value in values]


@given(st.lists(TEXT, unique=True, max_size=60), st.lists(TEXT, max_size=20))
def test_strings_are_found_as_by_a_dict(tokens, others):
    values = [*others, *tokens[::-1], *(token + "\0" for token in tokens)]
    found = StringTable(large(tokens)).find(large(values))
    assert found.tolist() == expected(tokens, values)


@given(st.lists(TEXT, unique=True, min_size=1, max_size=30))
def test_a_string_is_found_wherever_it_lies(tokens):
    table = StringTable(large(tokens))
    for ahead in range(9):
        shifted = large(["x" * ahead, *tokens])[1:]
        assert table.find(shifted).tolist() == list(range(len(tokens)))


@given(st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=60))
def test_integers_are_found_as_by_a_dict(keys):
    values = [*keys[::-1], 0, -1, 2**63 - 1, -(2**63)]
    table = IntegerTable(np.array(keys, np.int64))
    found = table.find(pa.array(values, pa.int64()))
    assert found.tolist() == expected(keys, values)


def test_strings_of_every_length_and_several_blocks():
    rng = np.random.default_rng(0)
    words = ["".join(map(chr, rng.integers(32, 127, n))) for n in range(300)]
    words = sorted({*words, *[f"{i}" for i in range(2 * BLOCK)]})
    table = StringTable(large(words))
    order = rng.permutation(len(words))
    found = table.find(large([words[i] for i in order]))
    np.testing.assert_array_equal(found, order)
    # Strings that differ in a single byte, or are cut, or end in a zero.
    for change in (lambda w: w + "\0", lambda w: w[:-1], lambda w: w[:-1] + "\x7f"):
        others = [change(word) for word in words]
        found = table.find(large(others))
        np.testing.assert_array_equal(found, expected(words, others))


@pytest.mark.parametrize("length", [0, 1, 8, 9, 128, 129, 1000])
def test_a_string_that_stands_twice_is_named(length):
    words = [f"word {i}" for i in range(100)]
    twin = "x" * length
    with pytest.raises(ValueError, match=f"Received: '{twin}' twice"):
        StringTable(large([twin, *words, twin]))


def test_an_integer_that_stands_twice_is_named():
    with pytest.raises(ValueError, match=f"Received: {-(2**63)} twice"):
        IntegerTable(np.array([2**40, -(2**63), 5, -(2**63)]))


def test_keys_of_one_hash_take_another_seed(monkeypatch):
    hash_ = WordTable._hash
    seeds = []

    def poor(seed, count, odd=word_table._odd_numbers):
        seeds.append(seed)
        return odd(seed, count) * np.uint64(0 if seed < 3 else 1)

    monkeypatch.setattr(word_table, "_odd_numbers", poor)
    keys = np.arange(100) * 2**40
    assert IntegerTable(keys).find(pa.array(keys)).tolist() == list(range(100))
    assert seeds == [0, 1, 2, 3]
    assert WordTable._hash is hash_


def test_hashes_that_no_pilot_parts_take_another_seed(monkeypatch):
    monkeypatch.setattr(word_table, "_PILOTS", word_table._PILOTS[:3])
    # All in one bucket: more keys than a few pilots can part.
    monkeypatch.setattr(word_table, "_KEYS_IN_A_BUCKET", 12)
    # The secret of a process: of six, one parts these keys at once.
    monkeypatch.setattr(word_table, "_KEY", 0)
    seeds = []

    def noted(seed, count, odd=word_table._odd_numbers):
        seeds.append(seed)
        return odd(seed, count)

    monkeypatch.setattr(word_table, "_odd_numbers", noted)
    keys = np.arange(12) * 2**40
    assert IntegerTable(keys).find(pa.array(keys)).tolist() == list(range(12))
    assert len(seeds) > 1


def test_tags_belong_to_the_keys():
    words = [np.zeros(5, np.uint64), np.arange(5, dtype=np.uint64) // np.uint64(2)]
    tags = np.array([1, 2, 1, 2, 2**32 - 1])
    table = WordTable(words, tags, np.arange(10, 15))
    assert table.find(words, tags).tolist() == [10, 11, 12, 13, 14]
    assert table.find(words, tags[::-1].copy()).tolist() == [-1, 11, 12, 13, -1]
    with pytest.raises(DuplicateKeys):
        WordTable(words, np.ones(5, np.int64), np.arange(5))


def test_hashes_spread():
    block = next(iter(blocks(large([f"{i}" for i in range(BLOCK)]))))[1]
    table = WordTable([np.arange(9, dtype=np.uint64)], np.arange(9), np.arange(9))
    width, rows = next(block.by_width())
    words, lengths = block.words(rows, width)
    hashes = table._hash(words, lengths)
    assert len(set(hashes.tolist())) == rows.size
    # As many places hit as by chance, 1 - 1/e, whichever bits choose the place.
    for shift in (0, 20, 40):
        places = (hashes >> np.uint64(shift)) % np.uint64(rows.size)
        assert 0.60 < len(set(places.tolist())) / rows.size < 0.67


@pytest.mark.parametrize("kind", [DirectTable, IntegerTable])
@pytest.mark.parametrize("low", [0, -(2**63), 2**63 - 200_000, -77])
def test_integers_near_to_each_other(kind, low):
    keys = np.arange(0, 200_000, 3, dtype=np.int64) + np.int64(low)
    keys = np.random.default_rng(0).permutation(keys)
    table = kind(keys)
    np.testing.assert_array_equal(table.find(pa.array(keys)), np.arange(keys.size))
    others = np.setdiff1d(keys + np.int64(1) if low < 0 else keys - np.int64(1), keys)
    assert (table.find(pa.array(others)) == -1).all()


def test_which_table():
    assert isinstance(make_table(pa.array([1, 5, 9])), DirectTable)
    assert isinstance(make_table(pa.array([1, 2**40])), IntegerTable)
    assert isinstance(make_table(pa.array([-(2**63), 2**63 - 1])), IntegerTable)
    assert isinstance(make_table(pa.array([], pa.int64())), IntegerTable)
    assert isinstance(make_table(pa.nulls(0)), StringTable)


def test_of_many_tokens_the_tables_that_are_small(monkeypatch):
    monkeypatch.setattr(tables, "LARGE", 2)
    assert isinstance(make_table(large(["a", "b"])), StringTable)
    assert isinstance(make_table(large(["a", "b", "c"])), LargeStringTable)
    assert isinstance(make_table(pa.array([1, 2, 2**40])), LargeIntegerTable)
    assert isinstance(make_table(pa.array([1, 2, 3])), DirectTable)


def test_positions_up_to_the_last():
    positions = np.array([0, 2**31 - 1])
    keys = [np.array([7, 2**64 - 1], np.uint64)]
    assert WordTable(keys, None, positions).find(keys, None).tolist() == [0, 2**31 - 1]
