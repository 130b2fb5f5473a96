"""The library names Python arguments; the command, its own options."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import hotrow
from hotrow.tabular.advice import argument
from hotrow.tabular.fit import fit
from hotrow.tabular.runs.run import Run
from hotrow_cli.command import parser
from hotrow_cli.tabular.fit import KINDS
from hotrow_cli.tabular.flags import with_flags

pytestmark = pytest.mark.once

SOURCES = sorted(Path(hotrow.__file__).parent.rglob("*.py"))
ARGUMENTS = {
    *inspect.signature(fit).parameters,
    *inspect.signature(Run.predict).parameters,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (argument(kinds={"zip": "code"}), "--kind zip=code"),
        (
            argument(kinds={"a b": "text", "c": "code"}),
            "--kind 'a b=text' --kind c=code",
        ),
        (argument(decimal={"price": ","}), "--decimal price=,"),
        (argument(missing={"y": "call us"}), "--missing 'y=call us'"),
        (argument(missing=["-1", "?"]), "--missing -1 --missing '?'"),
        (argument(drop="it's"), """--drop 'it'"'"'s'"""),
        (argument(header=False), "--no-header"),
        (argument(header=3), "--header 3"),
        (argument(names=["a", "b, c"]), """--names 'a,"b, c"'"""),
        (argument(escape="\\"), r"--escape '\'"),
        (argument(quote="none"), "--quote none"),
        (argument(skip_bad_rows=True), "--skip-bad-rows"),
        (argument(kinds={"`a`": "text"}), "--kind '`a`=text'"),
        (
            "another `delimiter`, or `keep_columns`",
            "another --delimiter, or --keep-columns",
        ),
        ("`hotrow.tabular.Run('a b').report()` of it", "`hotrow report 'a b'` of it"),
        # What is no argument, or no value, stays as it is.
        ("`model` and `learning_rate=0.1`", "`model` and `learning_rate=0.1`"),
        ("`header=the first`", "`header=the first`"),
    ],
)
def test_arguments_become_options(text, expected):
    assert with_flags(f"Pass {text}.") == f"Pass {expected}."


@pytest.mark.parametrize(
    "given", [{"kinds": {"`a'\"\\": "code"}}, {"drop": "x\ny"}, {"header": False}]
)
def test_an_argument_is_python(given):
    call = ast.parse(f"f({argument(**given).strip('`')})", mode="eval").body
    assert {one.arg: ast.literal_eval(one.value) for one in call.keywords} == given


def named_in(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "argument":
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def test_every_argument_that_is_named_exists_in_python_and_in_the_command():
    named = {name for path in SOURCES for name in named_in(path)}
    assert {"kinds", "drop", "force", "resume", "header"} <= named <= ARGUMENTS
    command = ["fit", "a.csv", "--target", "y", "--out", "b"]
    values = {
        "force": True, "resume": True, "skip_bad_rows": True, "header": False,
        "kinds": {"x": KINDS[0]}, "names": ["a", "b"],
    }  # fmt: skip
    for name in named:
        option = with_flags(argument(**{name: values.get(name, "a")}))
        assert option.startswith("--")
        parsed = parser().parse_args([*command, *option.split()])
        assert parsed != parser().parse_args(command), name


def test_the_library_names_no_option_of_the_command():
    options = {
        (path.stem, node.value)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"(^|[\s`(])--[a-z]", node.value)
    }
    assert options == set()
