"""The examples in docstrings and in the README are run."""

import doctest
import inspect
import re
from pathlib import Path

import keras
import numpy as np
import pytest

import hotrow

ROOT = Path(__file__).parent.parent
PUBLIC = [name for name in hotrow.__all__ if not name.startswith("__")]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


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
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    names = {}
    for block in blocks:
        exec(compile(block, str(page), "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
