import re
import sys

import numpy as np
import pytest

import hotrow
from hotrow_cli.demo import web_report
from hotrow_cli.demo.dataset import Dataset, Examples
from hotrow_cli.demo.report import ModelScore
from hotrow_cli.demo.worker import Trained

pytestmark = pytest.mark.once


@pytest.fixture
def write(tmp_path):
    ids = np.array([[2, 2, 3, 0], [3, 1, 0, 0], [2, 2, 2, 2]], "int32")
    part = Examples(ids, np.array([0, 1, 1], "int32"))
    words = ["loop", "task"]
    data = Dataset(("p", "q"), hotrow.Vocabulary(words), part, part, part)
    history = {"loss": [1.0, 0.5], "val_loss": [1.0, 0.7], "val_accuracy": [0.5, 0.4]}
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]], "float32")
    vectors = np.eye(2, 4, dtype="float32")
    trained = Trained(probabilities, vectors, 1.5, None, "3.x", history)
    scores = [ModelScore("ours", 2 / 3, 1.5), ModelScore("commonest package", 1 / 3)]

    def write():
        path = tmp_path / "report.html"
        about = {"seed": 7}
        done = web_report.write(path, data, trained, scores, words, vectors, about)
        return done, path

    return write


def test_the_page_shows_the_run(write):
    done, path = write()
    assert done
    text = re.sub(r"<script.*?</script>", "", path.read_text(), flags=re.DOTALL)
    for shown in ("ours", "commonest package", "0.667", "0.333", "seed", "package"):
        assert shown in text
    # Of three snippets two hold each of the words.
    assert '"counts":[2,2]' in path.read_text().replace(" ", "")


def test_without_plotly_there_is_no_page(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    done, path = write()
    assert not done
    assert not path.exists()
