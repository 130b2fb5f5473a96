"""The page as text: its numbers, its escaping, and how it is written."""

import base64
import importlib
import json
import os
import sys
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest
from plotly.offline import get_plotlyjs
from report_examples import HOSTILE, JOBS, binary, columns, multiclass, regression
from report_examples import vectors as example_vectors

from hotrow.tabular.report import write_report
from hotrow.tabular.report.plotly_source import plotly_source
from hotrow.tabular.results import Score
from hotrow.tabular.schema import Column, Schema, Target

pytestmark = pytest.mark.once

WRITING = importlib.import_module("hotrow.tabular.report.report")


class Reader(HTMLParser):
    """Collects what a browser would find: text, elements and data."""

    def __init__(self, page):
        super().__init__()
        self.text, self.elements, self.attributes, self.data = [], [], set(), {}
        self.block = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "script":
            self.block = dict(attrs).get("id", "script")

    def handle_endtag(self, tag):
        if tag == "script":
            self.block = None

    def handle_data(self, data):
        if self.block:
            self.data[self.block] = self.data.get(self.block, "") + data
        else:
            self.text.append(data)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Most tests need no plotting library, which takes a second to compress."""
    monkeypatch.setattr(WRITING, "plotly_source", lambda: "var Plotly;")


@pytest.fixture
def read(tmp_path):
    def written(results, vectors=None):
        path = tmp_path / "report.html"
        write_report(path, results, vectors or {})
        reader = Reader(path.read_text("utf-8"))
        reader.words = " ".join(" ".join(reader.text).split())
        return reader

    return written


def chart(reader, name):
    charts = json.loads(reader.data["charts-data"])
    return next(found for found in charts if found["name"] == name)


def test_the_numbers_of_a_run(read):
    page = read(binary(), {"occupation": example_vectors(tokens=JOBS)})
    for words in (
        "people.csv",
        "39,074 for training, 4,884 for validation, 4,884 for the test",
        "7 rows without a target",
        "14 epochs, weights kept of epoch 10; 21 s",
        "its accuracy is 0.867 , better than the best baseline, logistic regression",
        "1,843 (3.8 %)",
        "Left out, as there is nothing to learn from them: row_id , country",
        "Training stopped after 14 epochs",
        "hotrow 0.9, keras 3.15.1, jax 0.10.2",
        "occupation 4, zip 18, skills 10",
        "64.6 %",
        "occupation (5 values)",
    ):
        assert words in page.words, words
    # Recall and precision of the second class, by hand.
    assert f"{755 / (414 + 755):.1%}".replace("%", " %") in page.words
    assert f"{755 / (235 + 755):.1%}".replace("%", " %") in page.words


def test_only_charts_that_the_task_has(read):
    names = {
        kind: [found["name"] for found in json.loads(page.data["charts-data"])]
        for kind, page in (
            ("binary", read(binary())),
            ("multiclass", read(multiclass())),
            ("regression", read(regression())),
        )
    }
    assert "calibration" in names["binary"]
    assert "confusion" in names["binary"]
    assert "calibration" not in names["multiclass"]
    assert "residuals" not in names["multiclass"]
    assert "confusion" not in names["regression"]
    assert {"residuals", "errors", "score-R2"} <= set(names["regression"])


def test_a_run_of_which_little_is_known(read):
    schema = Schema((), Target("y", "binary", "two values", ("a", "b"), 0), 0)
    page = read(
        binary(
            schema=schema,
            rows={},
            history={},
            best_epoch=0,
            scores=(),
            settings={},
            confusion=[[0, 0], [0, 0]],
            calibration=[],
            notes=(),
        )
    )
    assert "one of 2 classes" in page.words
    assert "Please note" not in page.words


def test_numbers_that_are_none(read):
    page = read(
        binary(
            history={"loss": [float("nan"), 1.0], "val_loss": [float("inf"), 2.0]},
            best_epoch=2,
            scores=(Score("ours", {"accuracy": float("nan"), "AUC": 0.5}),),
        )
    )
    curve = chart(page, "learning-loss")["data"]
    assert curve[0]["y"] == [None, 1.0]
    assert curve[1]["y"] == [None, 2.0]
    assert "its AUC is 0.500" in page.words


@pytest.mark.parametrize("better", [True, False])
def test_a_metric_of_which_less_is_better(read, better):
    ours = 0.3 if better else 0.5
    scores = (Score("ours", {"log loss": ours}), Score("theirs", {"log loss": 0.4}))
    verdict = "better than" if better else "not as good as"
    assert f"{ours:.3f} , {verdict} the best" in read(binary(scores=scores)).words


def test_the_best_epoch_is_marked(read):
    kept = chart(read(binary()), "learning-loss")["data"][2]
    assert (kept["name"], kept["x"]) == ("weights kept", [10])
    assert kept["y"] == [binary().history["val_loss"][9]]


def test_a_confusion_matrix_of_many_classes_is_cut(read):
    results = multiclass(100)
    drawn = chart(read(results), "confusion")["data"][0]
    counts = np.array(drawn["customdata"])
    assert counts.shape == (40, 40)
    matrix = np.array(results.confusion)
    assert counts.sum() == matrix.sum()
    common = np.sort(np.argsort(-matrix.sum(axis=1), kind="stable")[:39])
    np.testing.assert_array_equal(counts[:39, :39], matrix[np.ix_(common, common)])
    rare = np.setdiff1d(np.arange(100), common)
    assert counts[39, 39] == matrix[np.ix_(rare, rare)].sum()


def test_neighbors_and_points_are_in_the_page(read):
    vectors = example_vectors(40, 6)
    found = json.loads(read(binary(), {"zip": vectors}).data["maps-data"])[0]
    assert found["tokens"] == vectors.tokens
    neighbors = np.frombuffer(base64.b64decode(found["neighbors"]), "<u2")
    unit = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    oracle = np.argsort(-cosines, axis=1)[:, : found["each"]]
    np.testing.assert_array_equal(neighbors.reshape(40, -1), oracle)
    kept = np.frombuffer(base64.b64decode(found["cosines"]), "<i2") / 10_000
    np.testing.assert_allclose(
        kept.reshape(40, -1), np.take_along_axis(cosines, oracle, 1), atol=1e-4
    )


def test_only_the_most_frequent_values_are_shown(read):
    found = json.loads(
        read(binary(), {"zip": example_vectors(3100, 2)}).data["maps-data"]
    )[0]
    assert (len(found["tokens"]), found["of"]) == (3000, 3100)


def test_columns_without_a_map(read):
    broken = example_vectors(5, 2)
    broken.matrix[3, 1] = np.nan
    page = read(binary(), {"none": example_vectors(0, 3), "broken": broken})
    assert json.loads(page.data["maps-data"]) == []
    assert "no map of none : no value was frequent enough" in page.words
    assert "no map of broken : some numbers" in page.words
    assert "form" not in page.elements


def hostile_results():
    column = Column(HOSTILE, "categorical", HOSTILE, 1, 2, (HOSTILE,))
    target = Target(HOSTILE, "binary", HOSTILE, (HOSTILE, HOSTILE + "2"), 0)
    return binary(
        title=HOSTILE,
        schema=Schema((column, *columns()), target, 100),
        scores=(Score(HOSTILE, {"accuracy": 0.5, HOSTILE: 1.0}),),
        history={HOSTILE: [1.0], "val_" + HOSTILE: [1.0]},
        best_epoch=1,
        settings={HOSTILE: {HOSTILE: HOSTILE}},
        rows={HOSTILE: 1},
        notes=(HOSTILE,),
    )


def hostile_vectors():
    names = [HOSTILE, "</datalist>", "<b>bold</b>", "", " ", "\u202eright to left"]
    return {HOSTILE: example_vectors(6, 3, tokens=names)}


def test_values_of_the_data_are_only_text(read):
    tame = read(binary(), hostile_vectors() | {"a": example_vectors()})
    page = read(hostile_results(), hostile_vectors())
    assert set(page.elements) <= set(tame.elements)
    assert "img" not in page.elements
    assert page.elements.count("script") == 4
    assert not [name for name in page.attributes if name.startswith("on")]
    assert json.loads(page.data["maps-data"])[0]["tokens"][0] == HOSTILE
    assert "<" not in page.data["charts-data"]
    # What plotly.js would take for HTML is escaped a second time.
    for drawn in json.loads(page.data["charts-data"]):
        labels = json.dumps([drawn["data"], drawn["layout"]])
        assert "img" not in labels or "&lt;img" in labels
        assert "<img" not in labels
        assert "</script" not in labels


def test_half_a_character_can_be_written(read):
    assert "caf? " in read(binary(title="caf\ud800 x")).words


def test_the_same_results_give_the_same_bytes(tmp_path):
    vectors = {"zip": example_vectors(50, 5)}
    for name in ("one", "two"):
        write_report(tmp_path / name, binary(), vectors)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_plotly_is_in_the_page(read, monkeypatch):
    monkeypatch.setattr(WRITING, "plotly_source", plotly_source)
    page = read(binary())
    packed = base64.b64decode(page.data["library-data"])
    assert zlib.decompress(packed).decode() == get_plotlyjs()


def test_without_plotly(tmp_path, monkeypatch):
    monkeypatch.setattr(WRITING, "plotly_source", plotly_source)
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(ImportError, match=r"plotly.*pip install 'hotrow\[report\]'"):
        write_report(tmp_path / "report.html", binary(), {})
    assert not list(tmp_path.iterdir())


def test_a_report_is_whole_or_what_was_there_before(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("an earlier one")

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_report(path, binary(), {})
    assert path.read_text() == "an earlier one"
    assert list(tmp_path.iterdir()) == [path]
    write_report(path, binary(), {})
    assert path.read_bytes().startswith(b"<!doctype html>")
    assert path.read_bytes().rstrip().endswith(b"</html>")
