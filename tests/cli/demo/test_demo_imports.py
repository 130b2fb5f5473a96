import ast
import pathlib

import pytest

pytestmark = pytest.mark.once

SOURCE = pathlib.Path(__file__).parents[3] / "src" / "hotrow_cli"
FILES = sorted(SOURCE.rglob("*.py"))


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module.split(".")[0]}
    return set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_backend_is_imported_and_keras_late(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    everywhere = set().union(*map(imported, ast.walk(tree)))
    assert not everywhere & {"jax", "tensorflow", "torch"}
    at_the_top = set().union(*map(imported, tree.body))
    # models.py is the one file that the worker imports after the backend is chosen.
    assert path.stem == "models" or "keras" not in at_the_top
