"""What Hotrow changes in Keras can be put back, and is all in one folder."""

import ast
import gc
import tomllib
from pathlib import Path

import keras
import numpy as np
import pytest
from packaging.requirements import Requirement

import hotrow
from hotrow import keras_compat
from hotrow.keras_compat import patches

ROOT = Path(hotrow.__file__).parent.parent
GUIDE = ROOT.parent / "docs/keras_compatibility.md"


@pytest.fixture
def installed():
    hotrow.RowSparse("sgd")
    hotrow.Embedding(3, 2)
    yield
    keras_compat.install()


def wrapped():
    return [
        (owner, name)
        for owner, name in patches._wanted
        if hasattr(getattr(owner, name), "_hotrow_wraps")
    ]


def make_model(layer):
    model = keras.Sequential([keras.Input((1,), dtype="int32"), layer])
    model.compile("sgd", "mse")
    return model


@pytest.mark.usefixtures("installed")
def test_uninstall_puts_all_methods_back_and_install_wraps_them_again():
    names = wrapped()
    assert {"fit", "predict", "compile", "save", "_swap_variables"} <= {
        name for _, name in names
    }
    before = {key: getattr(*key)._hotrow_wraps for key in names}
    keras_compat.uninstall()
    assert wrapped() == []
    assert {key: getattr(*key) for key in names} == before
    # Inherited methods are inherited again, and no copies.
    assert "fit" not in vars(keras.Model)
    x = np.zeros((2, 1), "int32")
    assert make_model(keras.layers.Embedding(3, 2)).predict(x, verbose=0).shape
    keras_compat.install()
    assert wrapped() == names


@pytest.mark.usefixtures("installed")
def test_a_new_layer_installs_by_itself():
    keras_compat.uninstall()
    model = make_model(hotrow.Embedding(3, 2))
    with pytest.raises(ValueError, match="out of range: 7"):
        model.predict(np.array([[7]]), verbose=0)


@pytest.mark.usefixtures("installed")
def test_a_wrapper_of_another_library_stays(monkeypatch):
    ours = keras.Model.predict

    def theirs(self, *args, **kwargs):
        return ours(self, *args, **kwargs)

    model = make_model(hotrow.Embedding(3, 2, out_of_range="zero"))
    x = np.zeros((2, 1), "int32")
    expected = model.predict(x, verbose=0)
    monkeypatch.setattr(keras.Model, "predict", theirs)
    keras_compat.uninstall()
    assert keras.Model.predict is theirs
    np.testing.assert_array_equal(model.predict(x, verbose=0), expected)


@pytest.mark.usefixtures("installed")
def test_the_guide_lists_each_wrapped_method():
    text = GUIDE.read_text(encoding="utf-8")
    for owner, name in patches._wanted:
        if owner.__module__.startswith("keras."):
            assert f"`{name}`" in text, name


def test_the_installed_keras_is_one_that_is_supported():
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())["project"]
    needs = map(Requirement, project["dependencies"])
    bounds = next(one for one in needs if one.name == "keras")
    assert any(bound.operator == "<" for bound in bounds.specifier)
    assert bounds.specifier.contains(keras.__version__)


def defined_names(tree):
    """Names that a file defines: functions, classes, variables, attributes of self."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and getattr(node.value, "id", None) in ("self", "cls")
        ):
            yield node.attr


def used_names(tree, walk=ast.walk):
    """Private attributes that a file reads or sets, by name or by `getattr`."""
    for node in walk(tree):
        name = None
        if isinstance(node, ast.Attribute):
            name = node.attr
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            by_name = ("getattr", "setattr", "hasattr", "delattr")
            is_by_name = getattr(node.func, "id", "") in by_name
            if is_by_name and isinstance(node.args[1], ast.Constant):
                name = str(node.args[1].value)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
            is_vars = getattr(node.value.func, "id", "") == "vars"
            if is_vars and isinstance(node.slice, ast.Constant):
                name = str(node.slice.value)
        if name and name.startswith("_") and not name.startswith("__"):
            yield name, node.lineno


def test_private_attributes_of_keras_are_used_in_one_folder_only():
    trees = {path: ast.parse(path.read_text()) for path in ROOT.glob("hotrow*/**/*.py")}
    ours = {name for tree in trees.values() for name in defined_names(tree)}
    # Of named tuples, and of the standard library.
    ours |= {"_replace", "_asdict", "_fields", "_exit", "_current_frames"}
    kept = (ROOT / "hotrow/keras_compat", ROOT / "hotrow/backend")
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path, tree in trees.items()
        for name, line in used_names(tree)
        if name not in ours and not any(folder in path.parents for folder in kept)
    ]
    assert found == []


def test_no_private_name_of_keras_hides_behind_one_of_ours():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(), "mse")
    model.fit(np.ones((1, 1)), np.ones((1, 1)), verbose=0)
    parts = (model, *model.layers, model.optimizer, model.weights[0])
    theirs = {name for part in parts for name in {*dir(part), *vars(part)}}
    assert {"_tracker", "_iterations", "_value"} <= theirs
    kept = (ROOT / "hotrow/keras_compat", ROOT / "hotrow/backend")
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in ROOT.glob("hotrow/**/*.py")
        if not any(folder in path.parents for folder in kept)
        for name, line in on_others(ast.parse(path.read_text()))
        if name in theirs
    ]
    assert found == []


def on_others(tree):
    """Private attributes of objects other than self, and private methods."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            is_private = node.name.startswith("_") and not node.name.startswith("__")
            # A function of a module that Keras has as a method is no method.
            if is_private and node.args.args[:1] and node.args.args[0].arg == "self":
                yield node.name, node.lineno
        elif getattr(getattr(node, "value", None), "id", "") not in ("self", "cls"):
            yield from used_names(node, walk=lambda node: [node])


def test_the_scanner_sees_what_it_looks_for():
    tree = ast.parse(
        "a._value = 1\nb = getattr(a, '_tracker')\nc.d.__dict__\nvars(c)['_rate'] = 2"
    )
    assert [name for name, _ in used_names(tree)] == ["_value", "_tracker", "_rate"]


def make_trained(optimizer):
    keras.utils.set_random_seed(0)
    table = hotrow.Embedding(5, 2, embeddings_regularizer=keras.regularizers.L2(0.1))
    layers = [keras.Input((2,), dtype="int32"), table, keras.layers.Flatten()]
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    fit(model)
    return model


def fit(model):
    x, y = np.arange(10).reshape(5, 2) % 5, np.ones((5, 1))
    return model.fit(x, y, batch_size=5, shuffle=False, verbose=0)


@pytest.mark.usefixtures("installed")
def test_uninstall_restores_models_and_variables():
    steps = {"train_step"} if keras.backend.backend() == "jax" else set()
    model = make_trained(hotrow.RowSparse(keras.optimizers.SGD(0.1)))
    variable = model.layers[0].weights[0]
    assert variable.regularizer is None
    assert vars(model).keys() & {"train_step"} == steps
    keras_compat.uninstall()
    assert variable.regularizer is model.layers[0].embeddings_regularizer
    assert "train_step" not in vars(model)
    assert not patches._changed


@pytest.mark.usefixtures("installed")
def test_training_goes_on_after_uninstall_and_after_install():
    steady = make_trained(hotrow.RowSparse(keras.optimizers.SGD(0.1)))
    fit(steady)
    fit(steady)
    model = make_trained(hotrow.RowSparse(keras.optimizers.SGD(0.1)))
    keras_compat.uninstall()
    fit(model)
    assert model.layers[0].weights[0].regularizer is not None
    keras_compat.install()
    fit(model)
    assert model.layers[0].weights[0].regularizer is None
    # Every row is touched, so that gradients by rows and dense ones are the same.
    for found, expected in zip(model.weights, steady.weights, strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-5)


@pytest.mark.usefixtures("installed")
def test_a_changed_object_is_kept_by_nobody():
    model = make_trained(hotrow.RowSparse("sgd"))
    key = id(model)
    assert key in patches._changed
    del model
    gc.collect()
    assert key not in patches._changed


def test_the_scanner_tells_objects_of_ours_from_others():
    tree = ast.parse(
        "class A:\n  def _run(self): self._own = x._value\n  def call(self): pass"
    )
    assert sorted(name for name, _ in on_others(tree)) == ["_run", "_value"]
