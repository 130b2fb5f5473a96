"""`import hotrow` loads the backend that Keras chose, and no other."""

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

import hotrow
from hotrow import saved_tables
from hotrow.backend import SUPPORTED

SOURCE = Path(hotrow.__file__).parent
PACKAGES = SOURCE.parent
CHOSEN = keras.backend.backend()


def loaded(script):
    """Runs a script in a fresh process and returns the backends that it loaded."""
    report = f"import sys; print([n for n in {SUPPORTED!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\n{report}"],
        env={**os.environ, "KERAS_BACKEND": CHOSEN},
        capture_output=True,
        text=True,
        check=True,
    )
    return ast.literal_eval(done.stdout.splitlines()[-1])


def test_only_the_chosen_backend_is_loaded_by_us():
    by_keras = set(loaded("import keras"))
    assert CHOSEN in by_keras
    script = "import hotrow; hotrow.OneHot(3)([1]); hotrow.Embedding(3, 2)([1])"
    assert set(loaded(script)) == by_keras


def test_no_library_of_tables_is_loaded():
    names = ("pyarrow", "pandas", "polars", "duckdb", "tqdm")
    report = f"import sys; print([n for n in {names!r} if n in sys.modules])"
    script = f"import keras; {report}; import hotrow; {report}"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}; hotrow.Vocabulary(['a']); {report}"],
        env={**os.environ, "KERAS_BACKEND": CHOSEN},
        capture_output=True,
        text=True,
        check=True,
    )
    by_keras, by_hotrow, by_use = map(ast.literal_eval, done.stdout.splitlines()[-3:])
    assert by_hotrow == by_keras
    assert "pyarrow" in by_use


def test_that_this_test_can_fail():
    others = [name for name in SUPPORTED if name not in loaded("import keras")]
    if not others:
        pytest.skip("Keras itself loads every backend here")
    assert others[0] in loaded(f"import hotrow, {others[0]}")


def test_backends_are_imported_in_one_folder_only():
    offenders = []
    for path in PACKAGES.glob("hotrow*/**/*.py"):
        if SOURCE / "backend" in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            offenders += [
                f"{path}: {name}" for name in names if name.split(".")[0] in SUPPORTED
            ]
    assert not offenders


def test_each_backend_defines_every_name_of_the_contract():
    folder = SOURCE / "backend"
    files = ("bad_ids", "lookup", "pending", "tracing", "training")
    protocols = {
        node.name: node
        for node in ast.parse((folder / "contract.py").read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    wanted = {
        file: set(top_level_names(protocols[file.title().replace("_", "")]))
        for file in files
    }
    assert sum(map(len, wanted.values())) >= 27
    for name in SUPPORTED:
        for file in files:
            tree = ast.parse((folder / name / f"{file}.py").read_text())
            assert wanted[file] <= set(top_level_names(tree)), (name, file)
    tree = ast.parse((folder / "__init__.py").read_text())
    exported = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if not target.id.startswith("_")
    }
    assert exported - {"SUPPORTED"} == set().union(*wanted.values())


def top_level_names(tree):
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.AnnAssign):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def test_tables_are_not_loaded_until_they_are_asked_for():
    report = "print([n for n in sys.modules if n.startswith('hotrow.tabular')])"
    script = f"import sys, hotrow; {report}; hotrow.tabular.fit; {report}"
    before, after = (
        ast.literal_eval(line) for line in output_of(script).splitlines()[-2:]
    )
    assert before == []
    assert "hotrow.tabular.fit" in after
    with pytest.raises(AttributeError, match="'hotrow' has no attribute 'tables_of'"):
        hotrow.tables_of  # noqa: B018


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("hotrow.layers", "Embedding Lookup OneHot ReversibleEmbedding"),
        ("hotrow.optimizers", "RowSparse RowWiseAdagrad"),
        ("hotrow.models", "RawModel"),
        ("hotrow_vocabulary", "Vocabulary VocabularyFileError count"),
        (
            "hotrow.tabular",
            "Results Run RunError Score TableError TableModel Vectors fit write_report",
        ),
    ],
)
def test_public_names_are_where_a_keras_user_looks(module, names):
    found = importlib.import_module(module)
    assert sorted(found.__all__) == sorted(names.split())
    for name in names.split():
        public = getattr(found, name)
        if hasattr(hotrow, name):
            assert getattr(hotrow, name) is public


def test_every_class_that_tables_register_has_a_stand_in():
    registered = {
        node.name
        for path in (SOURCE / "tabular").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any("register_keras" in ast.unparse(d) for d in node.decorator_list)
    }
    assert registered == set(saved_tables.MODULES)
    for name in registered:
        real = saved_tables.real_class(name)
        assert real is keras.saving.get_registered_object(f"hotrow>{name}")
        assert real.__module__ != saved_tables.__name__


def test_vocabularies_need_neither_keras_nor_a_backend(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("Paris Oslo Paris")
    script = f"""
import sys, time
start = time.perf_counter()
for name in ("keras", *{SUPPORTED!r}, "hotrow"):
    sys.modules[name] = None
from hotrow_vocabulary import Vocabulary, count
seconds = time.perf_counter() - start
vocabulary = Vocabulary.from_counts(count(["Paris", "Oslo", "Paris"]))
print(vocabulary.encode(["Paris", "Oslo"]).tolist(), seconds < 5)
"""
    assert output_of(script).splitlines()[-1] == "[2, 3] True"


def output_of(script):
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "KERAS_BACKEND": CHOSEN},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_an_unknown_backend_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", "import hotrow"],
        env={**os.environ, "KERAS_BACKEND": "numpy"},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "Hotrow runs on the Keras backends jax, tensorflow, torch" in done.stderr


def test_no_file_and_no_function_is_long():
    long = []
    for path in PACKAGES.glob("hotrow*/**/*.py"):
        text = path.read_text()
        if text.count("\n") > 300:
            long.append(path.name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                documented = len(
                    (ast.get_docstring(node, clean=False) or "").splitlines()
                )
                if node.end_lineno - node.lineno + 1 - documented > 60:
                    long.append(f"{path.name}: {node.name}")
    # Its arguments are most of it.
    assert long == ["fit.py: fit"]
