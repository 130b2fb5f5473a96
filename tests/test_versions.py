"""Versions and paths that several files of the project name are the same in all."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
WORKFLOW = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
JOBS = yaml.safe_load(WORKFLOW)["jobs"]
PINNED = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)


def backend_runs():
    """Returns (backend, Python, Keras) of each run of the job `backends`."""
    matrix = JOBS["backends"]["strategy"]["matrix"]
    runs = {
        (backend, python, keras)
        for backend in matrix["backend"]
        for python in matrix["python"]
        for keras in matrix["keras"]
    }
    more = {(one["backend"], one["python"], one["keras"]) for one in matrix["include"]}
    return runs | more


def as_numbers(version):
    return [int(part) for part in version.split(".")]


def keras_bounds():
    (keras,) = (one for one in PROJECT["project"]["dependencies"] if "keras" in one)
    return re.fullmatch(r"keras>=([\d.]+),<([\d.]+)", keras).groups()


def test_pythons_that_pyproject_claims_are_tested_on_every_backend():
    prefix = "Programming Language :: Python :: "
    claimed = {
        name.removeprefix(prefix)
        for name in PROJECT["project"]["classifiers"]
        if name.startswith(f"{prefix}3.")
    }
    oldest, newest = (choose(claimed, key=as_numbers) for choose in (min, max))
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    runs = backend_runs()
    for backend in ("jax", "tensorflow", "torch"):
        assert {(backend, oldest, "newest"), (backend, newest, "newest")} <= runs


def test_the_oldest_keras_is_one():
    lowest, bound = keras_bounds()
    oldest = re.search(r"^OLDEST_KERAS := (.+)$", MAKEFILE, re.M)[1]
    assert as_numbers(oldest) == [*as_numbers(lowest), 0]
    assert {keras for *_, keras in backend_runs()} == {"newest", oldest}
    assert as_numbers(PINNED["keras"]) < as_numbers(bound)
    assert f"oldest supported Keras, {oldest}," in (ROOT / "README.md").read_text(
        "utf-8"
    )


def test_the_readme_names_the_versions_that_ci_runs():
    line = (
        f"Keras {PINNED['keras']} with JAX {PINNED['jax']}, TensorFlow "
        f"{PINNED['tensorflow-cpu']} and PyTorch {PINNED['torch']}"
    )
    assert line in " ".join((ROOT / "README.md").read_text("utf-8").split())


def test_pre_commit_formats_as_make_lint_does():
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    revisions = {
        one["repo"].rsplit("/", 1)[-1]: one.get("rev")
        for one in yaml.safe_load(text)["repos"]
    }
    assert revisions["ruff-pre-commit"] == f"v{PINNED['ruff']}"


@pytest.mark.parametrize("text", [MAKEFILE, WORKFLOW], ids=["Makefile", "test.yml"])
def test_tests_named_by_path_exist(text):
    paths = re.findall(r"\btests/[\w/]+(?:\.py)?", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
