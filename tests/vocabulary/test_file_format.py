"""Files are whole or an error, and no file makes code run."""

import hashlib
import json
import os
import pickle
import re

import numpy as np
import pyarrow as pa
import pytest
from damage import check_damage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hotrow
from hotrow_vocabulary.digest import digest_of
from hotrow_vocabulary.options import VocabularyOptions

pytestmark = pytest.mark.once

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VOCAB = hotrow.Vocabulary([f"word {i}" for i in range(1000)], lowercase=True)
HEADER = {
    "format": "hotrow.vocabulary",
    "version": 2,
    "tokens": 2,
    "reserve_padding": True,
    "reserve_oov": True,
    "normalize": None,
    "lowercase": False,
    "digest": hashlib.sha256(
        b'{"lowercase":false,"normalize":null,"reserve_oov":true,"reserve_padding":true,'
        b'"tokens":2}' + np.array([0, 1, 2], "<i8").tobytes() + b"ab"
    ).hexdigest(),
}


def write(path, array, header=HEADER, name="token", **changes):
    """Writes a file by Arrow alone, as another tool would."""
    text = header if isinstance(header, (str, bytes)) else {**header, **changes}
    text = text if isinstance(text, (str, bytes)) else json.dumps(text)
    schema = pa.schema([(name, array.type)], metadata={"hotrow": text})
    with pa.ipc.new_file(path, schema) as writer:
        writer.write_batch(pa.record_batch([array], schema=schema))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(TEXT, unique=True)
    | st.lists(st.integers(-(2**63), 2**63 - 1), unique=True),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "NFC"]),
    st.booleans(),
)
def test_a_file_gives_the_vocabulary_back(tmp_path, tokens, a, b, form, mapped):
    vocab = hotrow.Vocabulary.fit(
        tokens, reserve_padding=a, reserve_oov=b, normalize=form
    )
    vocab.save(tmp_path / "v.arrow")
    again = hotrow.Vocabulary.load(tmp_path / "v.arrow", memory_map=mapped)
    assert again == vocab
    known = vocab.tokens.to_pylist()
    np.testing.assert_array_equal(again.encode(known), vocab.encode(known))


def test_others_read_the_file_and_we_read_theirs(tmp_path):
    VOCAB.save(tmp_path / "v.arrow")
    with pa.ipc.open_file(tmp_path / "v.arrow") as reader:
        assert reader.read_all()["token"].to_pylist() == VOCAB.tokens.to_pylist()
        header = json.loads(reader.schema.metadata[b"hotrow"])
    assert header == {
        **HEADER,
        "tokens": 1000,
        "lowercase": True,
        "digest": VOCAB.digest,
    }
    write(tmp_path / "w.arrow", pa.array(["a", "b"], pa.large_string()))
    vocab = hotrow.Vocabulary.load(tmp_path / "w.arrow")
    assert vocab.encode(["b"]).tolist() == [3]


def test_a_file_is_replaced_in_one_go(tmp_path, monkeypatch):
    path = tmp_path / "v.arrow"
    VOCAB.save(path)
    mapped = hotrow.Vocabulary.load(path)
    hotrow.Vocabulary(["other"]).save(path)
    assert mapped == VOCAB
    mapped.save(path)

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        hotrow.Vocabulary(["third"]).save(path)
    assert os.listdir(tmp_path) == ["v.arrow"]
    assert hotrow.Vocabulary.load(path) == VOCAB


@pytest.mark.parametrize("mapped", [True, False])
def test_every_truncation_is_an_error(tmp_path, mapped):
    path = tmp_path / "v.arrow"
    VOCAB.save(path)
    whole = path.read_bytes()
    for size in [*range(0, 64, 3), *range(64, len(whole), 251), len(whole) - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(
            ValueError, match=r"v.arrow' cannot be read as a vocabulary"
        ):
            hotrow.Vocabulary.load(path, memory_map=mapped)


@pytest.mark.parametrize(
    ("tokens", "about", "mapped"),
    [
        (["Oslo", "Paris", "Ås", ""], {}, False),
        (
            ["oslo"],
            {"reserve_padding": False, "normalize": "NFC", "lowercase": True},
            False,
        ),
        ([7, -5, 2**62], {"reserve_oov": False}, True),
        ([], {}, False),
        ([f"word {i}" for i in range(500)], {}, True),
    ],
)
def test_a_damaged_file_never_gives_another_vocabulary(tmp_path, tokens, about, mapped):
    vocab, path = hotrow.Vocabulary(tokens, **about), tmp_path / "v.arrow"
    vocab.save(path)
    check_damage(
        path,
        read=lambda: hotrow.Vocabulary.load(path, memory_map=mapped),
        is_same=lambda loaded: loaded == vocab,
        says="v.arrow' cannot be read as a vocabulary. ",
    )


def test_damage_in_a_mapped_file_is_an_error(tmp_path):
    path = tmp_path / "v.arrow"
    VOCAB.save(path)
    data = bytearray(path.read_bytes())
    place = data.index(b"word 500")
    data[place : place + 8] = b"word 50O"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"has changed since it was written: its dig"):
        hotrow.Vocabulary.load(path)


@given(
    st.lists(TEXT, unique=True) | st.lists(st.integers(-9, 9), unique=True),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
def test_the_digest_is_of_tokens_and_settings(tokens, start, padding, oov):
    vocab = hotrow.Vocabulary(tokens, reserve_padding=padding, reserve_oov=oov)
    offsets = np.cumsum([0, *(len(str(t).encode()) for t in tokens)])
    content = {
        "lowercase": False,
        "normalize": None,
        "reserve_oov": oov,
        "reserve_padding": padding,
        "tokens": len(tokens),
    }
    expected = json.dumps(content, separators=(",", ":")).encode()
    if tokens and isinstance(tokens[0], int):
        expected += np.array(tokens, "<i8").tobytes()
    elif tokens:
        expected += offsets.astype("<i8").tobytes() + "".join(tokens).encode()
    assert vocab.digest == hashlib.sha256(expected).hexdigest()
    # A part of an Arrow array has the digest of a copy of its own.
    part = hotrow.Vocabulary(vocab.tokens[start:])
    assert part.digest == hotrow.Vocabulary(tokens[start:]).digest


def test_growing_gives_another_digest():
    vocab = hotrow.Vocabulary(["a"])
    before = vocab.digest
    assert before == hotrow.Vocabulary(["a"]).digest
    assert before != hotrow.Vocabulary(["a"], lowercase=True).digest
    vocab.grow(["b"])
    assert vocab.digest == hotrow.Vocabulary(["a", "b"]).digest != before


STRINGS = pa.array(["a", "b"], pa.large_string())
TWINS = pa.array(["a", "a"], pa.large_string())


@pytest.mark.parametrize(
    ("array", "changes", "message"),
    [
        (STRINGS, {"tokens": 3}, "It holds 2 tokens and says 3"),
        (STRINGS, {"version": 1}, "version 1 of the format, and this Hotrow reads ver"),
        (STRINGS, {"version": 1}, "tokens of any version are `pyarrow.ipc.open_file"),
        (STRINGS, {"digest": None}, "no valid 'digest'"),
        (STRINGS, {"digest": "0" * 64}, "its digest is .* and it says 000000000000"),
        (STRINGS, {"reserve_oov": False}, "has changed since it was written"),
        (STRINGS[::-1], {}, "has changed since it was written"),
        (STRINGS, {"format": "x"}, "does not say 'hotrow.vocabulary'"),
        (STRINGS, {"reserve_padding": 1}, "no valid 'reserve_padding'"),
        (STRINGS, {"normalize": "NFX"}, "`normalize` must be None or one of"),
        (STRINGS, {"header": "{"}, "is not JSON"),
        (STRINGS, {"header": b"\xff"}, "is not JSON"),
        (STRINGS, {"header": "[1]"}, "does not say"),
        (STRINGS, {"header": "[" * 100_000}, "is not JSON"),
        (STRINGS, {"name": "word"}, "must have one column, `token`"),
        (pa.array(["a", "b"]), {}, r"It has: token \(string\)"),
        (TWINS, {"digest": digest_of(TWINS, VocabularyOptions())}, "'a' twice"),
        (pa.array(["a", None], pa.large_string()), {}, "1 of its tokens are missing"),
    ],
)
def test_hostile_files(tmp_path, array, changes, message):
    write(tmp_path / "v.arrow", array, **changes)
    with pytest.raises(ValueError, match=f"cannot be read as a vocabulary.*{message}"):
        hotrow.Vocabulary.load(tmp_path / "v.arrow")


def test_offsets_that_lead_out_of_the_file(tmp_path):
    path = tmp_path / "v.arrow"
    write(path, pa.array(["a" * 77, "b"], pa.large_string()))
    whole = path.read_bytes()
    place = whole.index(np.int64(77).tobytes() + np.int64(78).tobytes()) + 8
    path.write_bytes(whole[:place] + np.int64(2**40).tobytes() + whole[place + 8 :])
    with pytest.raises(ValueError, match="not a whole Arrow IPC file"):
        hotrow.Vocabulary.load(path)


def test_bytes_that_are_no_text(tmp_path):
    offsets = pa.py_buffer(np.array([0, 1, 2], np.int64))
    array = pa.LargeStringArray.from_buffers(2, offsets, pa.py_buffer(b"a\xff"))
    write(tmp_path / "v.arrow", array)
    with pytest.raises(ValueError, match=re.compile("UTF-?8", re.IGNORECASE)):
        hotrow.Vocabulary.load(tmp_path / "v.arrow")


def test_a_pickle_is_not_run(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (os._exit, (1,))

    path = tmp_path / "v.arrow"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match="not a whole Arrow IPC file"):
        hotrow.Vocabulary.load(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        hotrow.Vocabulary.load(tmp_path / "none")
