"""The examples in docstrings and in the README are run."""

import doctest
import inspect
import re
import shlex
from operator import attrgetter
from pathlib import Path

import keras
import numpy as np
import pytest

import hotrow
import hotrow.tabular
import hotrow_cli

ROOT = Path(__file__).parent.parent
PUBLIC = [name for name in hotrow.__all__ if not name.startswith("__")]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
API = ROOT / "docs" / "api.md"


def blocks_of(page, language):
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(), re.DOTALL | re.M)
    return [block for name, block in fenced if name == language]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_docstring_of_a_public_name(name):
    public = getattr(hotrow, name)
    text = inspect.getdoc(public)
    sections = ["Example:", "Args:"]
    if not (inspect.isclass(public) and issubclass(public, Exception)):
        sections += ["Raises:"]
    if inspect.isclass(public) and issubclass(public, keras.Layer):
        sections += ["Call arguments:", "Output shape:"]
    for section in sections:
        assert section in text
    names = {"hotrow": hotrow, "keras": keras, "np": np}
    test = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.failures == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_code_of_a_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks_of(page, "python"):
        exec(compile(block, str(page), "exec"), names)


@pytest.mark.once
def test_the_commands_of_the_readme(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = ROOT / "README.md"
    exec(compile(blocks_of(page, "python")[0], str(page), "exec"), {})
    lines = "".join(blocks_of(page, "")).splitlines()
    commands = [shlex.split(line, comments=True) for line in lines]
    commands = [command[1:] for command in commands if command[:1] == ["hotrow"]]
    assert [command[0] for command in commands] == ["fit", "predict", "neighbors"]
    for command in commands:
        assert hotrow_cli.main(command) == 0
    assert Path("predictions.csv").exists()


@pytest.mark.once
def test_the_list_of_public_names():
    rows = re.findall(r"^\| `hotrow\.([\w.]+)` \| (.+) \|$", API.read_text(), re.M)
    public = [*PUBLIC, "keras_compat.install", "keras_compat.uninstall"]
    public += [f"tabular.{name}" for name in hotrow.tabular.__all__]
    assert sorted(name for name, _ in rows) == sorted(public)
    for name, summary in rows:
        text = inspect.getdoc(attrgetter(name)(hotrow))
        assert summary == " ".join(text.split("\n\n")[0].split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page):
    for path, anchor in re.findall(r"\]\(([^)#:]*)#?([^):]*)\)", page.read_text()):
        target = page.parent / path if path else page
        assert target.exists(), path
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.M)
            slugs = [re.sub(r"[^\w -]", "", line).lower() for line in headings]
            assert anchor in [slug.replace(" ", "-") for slug in slugs], anchor
