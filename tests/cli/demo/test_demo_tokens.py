import tokenize

import pytest

from hotrow_cli.demo.tokens import NUMBER, STRING, words_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("getFile_name = HTTPServer2", ["get", "file", "name", "http", "server", "2"]),
        ("x = 0x1F + 2.5j", ["x", NUMBER, NUMBER]),
        ("s = 'import os' 'b'", ["s", STRING, STRING]),
        ("s = f'{a + b!r:>{c}} {f\"{d}\"}'", ["s", STRING]),
        ("# a comment\nif a:\n    return b", ["if", "a", "return", "b"]),
        ("__init__", ["init"]),
        ("naïve = 1", ["na", "ï", "ve", NUMBER]),
        ("", []),
    ],
)
def test_words(source, words):
    assert words_of(source) == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\na", ["a"]),
        ("from os import (\n    path,\n    sep,\n)\na", ["a"]),
        ("if a: import os\nb", ["if", "a", "b"]),
        ("try: from os import path; b\nexcept E: c", ["try", "b", "except", "e", "c"]),
        ("a; import os; b", ["a", "b"]),
        # These hold the word `from`, or a string that looks like an import.
        ("raise A from b", ["raise", "a", "from", "b"]),
        ("x = lambda: (yield from y)", ["x", "lambda", "yield", "from", "y"]),
        ("'''\nimport os\n'''\na", [STRING, "a"]),
    ],
)
def test_import_statements_are_left_out(source, words):
    assert words_of(source) == words


@pytest.mark.parametrize(
    "name", ["json", "JSONDecoder", "_json", "json_encode", "cjsonx", "ReMatch", "re"]
)
def test_names_that_hold_a_package_name_are_left_out(name):
    assert words_of(f"a = {name}", ["json", "re"]) == ["a"]


def test_a_name_of_two_letters_is_forbidden_as_a_word_only():
    assert words_of("result, store", ["re"]) == ["result", "store"]


def test_underscores_around_a_package_name_do_not_hide_it():
    assert words_of("pyrepl_x, y", ["_pyrepl"]) == ["y"]


def test_what_is_no_python_raises():
    with pytest.raises((SyntaxError, tokenize.TokenError)):
        words_of("x = (1,")
