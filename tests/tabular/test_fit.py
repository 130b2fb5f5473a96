"""`hotrow.tabular.fit` from end to end."""

import dataclasses
import doctest
import inspect
import json
import os
import re
import subprocess
import sys

import keras
import numpy as np
import pyarrow as pa
import pytest
import tables

import hotrow

BACKEND = keras.backend.backend()


def fit(source, target, **arguments):
    said = []
    arguments = {"epochs": 8, "say": said.append, **arguments}
    run = hotrow.tabular.fit(source, target, **arguments)
    return run, "\n".join(said)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "run"
    run, said = fit(tables.people(), "income", out=out, epochs=12)
    return run, said


def test_what_is_said(trained):
    _, said = trained
    assert said.index("target income: binary") < said.index("epoch   1")
    for text in ("city", "categorical", "age", "numeric", "On the 60 test rows"):
        assert text in said
    assert "majority class" in said
    assert "logistic regression over one-hots (scikit-learn)" in said


def test_it_learns_more_than_the_baselines(trained):
    ours, majority, linear = trained[0].results.scores
    assert ours.metrics["AUC"] > 0.9
    assert ours.metrics["log loss"] < majority.metrics["log loss"] - 0.1
    # Age counts by its distance from 45, which no line through it can tell.
    assert ours.metrics["log loss"] < linear.metrics["log loss"]


def test_the_folder(trained):
    run, _ = trained
    names = {path.name for path in run.path.iterdir()}
    assert names == {
        "model.keras",
        "results.json",
        "report.html",
        "counts.npz",
        "run.json",
    }
    assert run.results.rows == {"train": 480, "validation": 60, "test": 60}
    assert json.loads((run.path / "run.json").read_text())["status"] == "finished"
    epochs = len(run.results.history["loss"])
    assert all(len(values) == epochs for values in run.results.history.values())
    assert run.results.best_epoch == 1 + np.argmin(run.results.history["val_loss"])
    assert run.results.settings["widths"] == {"city": 8}
    assert not run.interrupted


def test_the_model_takes_raw_columns_in_many_forms(trained):
    run, _ = trained
    frame = tables.people(50, seed=1)
    expected = run.model.predict(frame)
    assert expected.shape == (50, 1)
    table = pa.table(frame)
    for same in (table, table.to_pandas(), table.to_batches()[0]):
        np.testing.assert_allclose(run.model.predict(same), expected, atol=1e-6)
    # Of one row, and of one that lacks all.
    one = {name: values[:1] for name, values in frame.items()}
    np.testing.assert_allclose(run.model.predict(one), expected[:1], atol=1e-5)
    nothing = run.model.predict({"city": [None], "age": [None], "shoe": [None]})
    assert 0 < nothing[0, 0] < 1


def test_predictions_are_classes_and_their_probabilities(trained):
    run, _ = trained
    table = run.predict(tables.people(50, seed=1))
    assert table.column_names == ["prediction", "probability_high", "probability_low"]
    both = np.array([table[1].to_numpy(), table[2].to_numpy()])
    np.testing.assert_allclose(both.sum(axis=0), 1, atol=1e-6)
    first_is_likelier = both[0] > both[1]
    answers = np.array(table["prediction"].to_pylist())
    np.testing.assert_array_equal(answers == "high", first_is_likelier)


def test_a_table_without_rows(trained):
    empty = pa.table(tables.people(10)).slice(0, 0)
    with pytest.raises(ValueError, match="no rows"):
        trained[0].predict(empty)


def test_columns_that_are_missing_or_new(trained):
    run, _ = trained
    frame = tables.people(5)
    del frame["income"], frame["shoe"]
    with pytest.raises(ValueError, match="column 'shoe' is missing"):
        run.predict(frame)
    frame["Shoe"] = frame["new"] = [1] * 5
    with pytest.raises(ValueError, match="Near to it: 'Shoe'"):
        run.model.predict(frame)
    frame["shoe"] = [40] * 5
    with pytest.warns(UserWarning, match="trained without are not read: 'Shoe', 'new'"):
        run.model.predict(frame)


def test_input_that_cannot_be_read_is_told(trained, tmp_path):
    from hotrow.tabular.runs.write_predictions import write_predictions

    run, _ = trained
    frame = tables.people(40, seed=3)
    assert not write_predictions(run, frame, tmp_path / "p.csv")[1]
    # A few new values are usual.
    frame["city"][7] = "Quito"
    assert not write_predictions(run, frame, tmp_path / "p.csv")[1]
    frame["age"] = ["old"] * 40
    frame["city"] = ["Quito"] * 30 + frame["city"][30:]
    frame["shoe"] = [None] * 20 + ["n/a"] * 20
    path = tables.to_csv(frame, tmp_path / "new.csv")
    rows, notes = write_predictions(run, path, tmp_path / "p.csv")
    assert rows == 40
    assert notes[1:] == ["age: 100 % are no numbers, first 'old' in row 2 of new.csv."]
    assert re.fullmatch(
        r"city: 7\d % unknown values, first 'Quito' in row 2 of new.csv.", notes[0]
    )
    for predict in (run.predict, run.model.predict):
        with pytest.warns(UserWarning, match="first") as seen:
            predict(frame)
        city, age = (str(w.message) for w in seen if "first '" in str(w.message))
        assert "unknown values, first 'Quito' in row 0 (counted from 0)" in city
        assert "age: 100 % are no numbers, first 'old' in row 0" in age


FRESH = """
import json, sys
import keras
import hotrow
model = keras.saving.load_model(sys.argv[1])
frame = json.loads(sys.argv[2])
print(json.dumps(model.predict(frame).tolist()))
"""


@pytest.mark.parametrize(
    "backend",
    [
        pytest.param(name, marks=[] if name == BACKEND else [pytest.mark.slow])
        for name in ("jax", "tensorflow", "torch")
    ],
)
def test_the_file_is_all_that_a_fresh_process_needs(trained, tmp_path, backend):
    run, _ = trained
    frame = tables.people(20, seed=2)
    del frame["income"]
    path = tmp_path / "moved.keras"
    path.write_bytes((run.path / "model.keras").read_bytes())
    ended = subprocess.run(
        [sys.executable, "-c", FRESH, str(path), json.dumps(frame)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    predicted = json.loads(ended.stdout.splitlines()[-1])
    expected = run.model.predict(frame)
    np.testing.assert_allclose(predicted, expected, atol=1e-6)


def test_a_run_is_read_from_its_folder(trained):
    run, _ = trained
    again = hotrow.tabular.Run(run.path)
    assert again.results == run.results
    vectors = again.vectors()
    assert list(vectors) == ["city"]
    assert sorted(vectors["city"].tokens) == sorted(tables.CITIES)
    assert vectors["city"].counts == sorted(vectors["city"].counts, reverse=True)
    frame = tables.people(20, seed=2)
    np.testing.assert_allclose(
        again.model.predict(frame), run.model.predict(frame), atol=1e-6
    )


def test_neighbors_are_values_that_mean_the_same(trained):
    run, _ = trained
    nearest = run.neighbors("city", "Oslo", n=2)
    assert nearest[0][0] == "Bern"
    assert nearest[0][1] > nearest[1][1]
    assert len(run.neighbors("city", "Oslo")) == 4


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("town", "Oslo", "no column 'town'.*have vectors: 'city'"),
        ("cty", "Oslo", "no column 'cty'. Near to it: 'city'"),
        ("age", "7", "'age' is numeric: its values have no vectors"),
        ("city", "Olso", "no value 'Olso' .* Near to it: 'Oslo'"),
        ("city", "???", r"no value '\?\?\?' .* The most frequent: '"),
    ],
)
def test_neighbors_of_what_is_not_there(trained, column, value, text):
    with pytest.raises(ValueError, match=text):
        trained[0].neighbors(column, value)


def test_a_number_is_predicted_in_its_own_units():
    run, said = fit(tables.prices(), "price", epochs=25)
    ours, mean, linear = run.results.scores
    assert [mean.name, linear.name[:5]] == ["mean", "ridge"]
    assert ours.metrics["R2"] > 0.8
    table = run.predict(tables.prices(30, seed=1))
    assert table.column_names == ["prediction"]
    assert 150_000 < table["prediction"].to_numpy().mean() < 400_000
    assert run.results.residuals
    assert "RMSE" in said
    # The loss is that of a target of standard deviation 1.
    assert 0 < run.results.history["val_loss"][-1] < 1


def test_many_classes_by_one_hots():
    frame = tables.people()
    kept = [row for row in range(600) if frame["city"][row] is not None]
    frame = {name: [x[row] for row in kept] for name, x in frame.items()}
    run, _ = fit(frame, "city", first="onehot")
    table = run.predict(frame)
    assert len(table.column_names) == 1 + len(tables.CITIES)
    assert set(table["prediction"].to_pylist()) <= set(tables.CITIES)
    again = hotrow.tabular.Run(run.path)
    np.testing.assert_allclose(
        again.model.predict(frame), run.model.predict(frame), atol=1e-6
    )
    assert set(again.vectors()) == {"income"}
    assert len(run.results.confusion) == 5


def test_without_out_the_folder_goes_with_the_run():
    run, _ = fit(tables.people(100), "income", epochs=1, baselines=False)
    path = run.path
    assert path.exists()
    assert len(run.results.scores) == 1
    del run
    assert not path.exists()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_run():
    scores = [
        fit(tables.people(200), "income", epochs=2, baselines=False, seed=seed)[0]
        .results.scores[0]
        .metrics["log loss"]
        for seed in (3, 3)
    ]
    assert scores[0] == pytest.approx(scores[1], rel=1e-5)


def test_a_table_that_is_too_small():
    with pytest.raises(ValueError, match="has 9 rows with a value of the target"):
        fit(tables.people(9), "income")


def test_a_table_with_nothing_to_learn_from():
    with pytest.raises(ValueError, match="no column to learn from"):
        fit(tables.people(50), "income", drop=["city", "age", "shoe"])


@pytest.mark.parametrize("name", hotrow.tabular.__all__)
def test_the_docstring_of_a_public_name(name):
    public = getattr(hotrow.tabular, name)
    text = inspect.getdoc(public)
    if dataclasses.is_dataclass(public):
        # Nobody makes one: it is read.
        assert "Attributes:" in text
    elif inspect.isclass(public) and issubclass(public, Exception):
        assert issubclass(public, ValueError)
        assert "what to do" in " ".join(text.split())
    else:
        assert "Args:" in text
    names = {"hotrow": hotrow, "keras": keras}
    test = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    runner = doctest.DocTestRunner()
    runner.run(test)
    assert runner.failures == 0
