"""Plain text, and the lookup layers of Keras."""

import keras
import numpy as np
import pytest
from damage import check_damage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hotrow

pytestmark = pytest.mark.once

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, unique=True))
def test_text_and_back(tmp_path, tokens):
    vocab = hotrow.Vocabulary(tokens)
    vocab.to_text(tmp_path / "words.txt")
    assert hotrow.Vocabulary.from_text(tmp_path / "words.txt") == vocab


def test_text_of_others(tmp_path):
    path = tmp_path / "words.txt"
    path.write_bytes("\ufeffb\r\na\r\n\u2028\r\n".encode())
    assert hotrow.Vocabulary.from_text(path).tokens.to_pylist() == ["b", "a", "\u2028"]
    path.write_bytes(b"10\n-2")
    vocab = hotrow.Vocabulary.from_text(path, integers=True, reserve_padding=False)
    assert vocab.encode([-2, 10, 3]).tolist() == [2, 1, 0]
    vocab.to_text(path)
    assert path.read_bytes() == b"10\n-2\n"
    path.write_bytes(b"1\nx\n")
    with pytest.raises(ValueError, match="no integer of 64 bits: 'x', line 2"):
        hotrow.Vocabulary.from_text(path, integers=True)
    for line in ("1_0", " 7", "٣", "1.0", "", "9" * 5000):
        path.write_text(f"5\n{line}\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"no integer of 64 bits: .*, line 2"):
            hotrow.Vocabulary.from_text(path, integers=True)
    path.write_text("a\nb\na\n")
    with pytest.raises(ValueError, match=r"words.txt' is no vocabulary.* 'a' twice"):
        hotrow.Vocabulary.from_text(path)
    path.write_bytes(b"\xff")
    with pytest.raises(ValueError, match="must be in UTF-8"):
        hotrow.Vocabulary.from_text(path)
    with pytest.raises(ValueError, match=r"line break .* Received: 'a\\nb'"):
        hotrow.Vocabulary(["a\nb"]).to_text(path)


@pytest.mark.parametrize("integers", [True, False])
def test_damaged_text_is_text_or_an_error_that_names_the_file(tmp_path, integers):
    path = tmp_path / "words.txt"
    tokens = [5, -7, 2**62, 0] if integers else ["Oslo", "Ås", "", "Å\u030a"]
    hotrow.Vocabulary(tokens).to_text(path)
    check_damage(
        path,
        read=lambda: hotrow.Vocabulary.from_text(path, integers=integers),
        is_same=lambda vocab: len(vocab) >= 2,
        says="words.txt'",
        least=0.1,
    )


@pytest.mark.parametrize("padding", [True, False])
@pytest.mark.parametrize("unknown", [True, False])
def test_string_lookup_and_back(padding, unknown):
    vocab = hotrow.Vocabulary(
        ["b", "a", "c"], reserve_padding=padding, reserve_oov=unknown
    )
    layer = keras.layers.StringLookup(**vocab.to_keras())
    words = ["a", "c", "b"] + ["?"] * unknown
    np.testing.assert_array_equal(vocab.encode(words), np.asarray(layer(words)))
    assert layer.vocabulary_size() == len(vocab)
    assert hotrow.Vocabulary.from_keras(layer) == vocab


@pytest.mark.parametrize("padding", [True, False])
def test_integer_lookup_and_back(padding):
    vocab = hotrow.Vocabulary([7, 5, 3], reserve_padding=padding)
    layer = keras.layers.IntegerLookup(**vocab.to_keras())
    numbers = np.array([3, 7, 5, 4])
    np.testing.assert_array_equal(vocab.encode(numbers), np.asarray(layer(numbers)))
    assert hotrow.Vocabulary.from_keras(layer) == vocab


def test_an_adapted_layer():
    layer = keras.layers.StringLookup(mask_token="")
    layer.adapt(["b", "a", "b"])
    vocab = hotrow.Vocabulary.from_keras(layer)
    assert (
        vocab.encode(["a", "b", "?"]).tolist()
        == np.asarray(layer(["a", "b", "?"])).tolist()
    )


def test_errors():
    with pytest.raises(ValueError, match=r"takes a StringLookup .* Received: Dense"):
        hotrow.Vocabulary.from_keras(keras.layers.Dense(1))
    many = keras.layers.StringLookup(vocabulary=["a"], num_oov_indices=2)
    with pytest.raises(ValueError, match="num_oov_indices=2"):
        hotrow.Vocabulary.from_keras(many)
    inverse = keras.layers.StringLookup(vocabulary=["a"], invert=True)
    with pytest.raises(ValueError, match="invert=True"):
        hotrow.Vocabulary.from_keras(inverse)
    with pytest.raises(ValueError, match="does not change strings"):
        hotrow.Vocabulary(["a"], lowercase=True).to_keras()


def test_a_byte_order_mark_may_begin_a_token(tmp_path):
    path = tmp_path / "words.txt"
    for tokens in (["\ufeffa", "a"], ["\ufeff", ""], ["\ufeff\ufeffa"]):
        vocab = hotrow.Vocabulary(tokens)
        vocab.to_text(path)
        assert hotrow.Vocabulary.from_text(path) == vocab
    with pytest.raises(ValueError, match=r"zero character cannot .* 'a\\x00'"):
        hotrow.Vocabulary(["a\0"]).to_text(path)


def test_lines_of_every_system(tmp_path):
    path = tmp_path / "words.txt"
    for end in ("\n", "\r\n", "\r"):
        path.write_bytes(f"b{end}a{end}{end}".encode())
        assert hotrow.Vocabulary.from_text(path).tokens.to_pylist() == ["b", "a", ""]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\nb\rc\n", r"a carriage return within line 2, 'b\\rc'"),
        ("a\nb\n".encode("utf-16-le"), r"a zero character within line 1"),
        (b"a\nb\n\0\0\0\0", r"a zero character within line 3"),
    ],
)
def test_what_is_no_text_is_an_error(tmp_path, content, message):
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"words.txt', with {message}"):
        hotrow.Vocabulary.from_text(path)


@pytest.mark.parametrize(
    "tokens",
    [
        ["[UNK]", "a"],
        ["", "a", "[UNK]"],
        ["[SPECIAL0]", "", "[UNK]"],
        [0, -1, 5],
        [-1, -2, 0],
    ],
)
@pytest.mark.parametrize("padding", [True, False])
@pytest.mark.parametrize("oov", [True, False])
def test_the_special_tokens_of_keras_are_tokens_like_others(tokens, padding, oov):
    vocab = hotrow.Vocabulary(tokens, reserve_padding=padding, reserve_oov=oov)
    kind = "IntegerLookup" if isinstance(tokens[0], int) else "StringLookup"
    layer = getattr(keras.layers, kind)(**vocab.to_keras())
    values = [*tokens, *([77 if isinstance(tokens[0], int) else "new"] * oov)]
    ids = np.asarray(layer(np.array(values)))
    np.testing.assert_array_equal(vocab.encode(values), ids)
    assert hotrow.Vocabulary.from_keras(layer) == vocab


def test_what_keras_cannot_hold():
    with pytest.raises(ValueError, match=r"cuts zero characters .* 'a\\x00'"):
        hotrow.Vocabulary(["a\0"]).to_keras()
    with pytest.raises(ValueError, match="needs one token at least"):
        hotrow.Vocabulary([]).to_keras()


def test_a_layer_of_another_encoding():
    layer = keras.layers.StringLookup(vocabulary=["\u00e9", "a"], encoding="latin-1")
    vocab = hotrow.Vocabulary.from_keras(layer)
    assert vocab.tokens.to_pylist() == ["\u00e9", "a"]
    words = ["\u00e9", "a", "?"]
    np.testing.assert_array_equal(vocab.encode(words), np.asarray(layer(words)))
