"""The tokens that are known, and the table that is made when one is looked up."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

import hotrow
from hotrow_vocabulary import known
from hotrow_vocabulary.known import Known

pytestmark = pytest.mark.once


def large(values):
    return pa.array(values, pa.large_string())


@pytest.fixture
def made(monkeypatch):
    """The tables that are made."""
    tables = []

    def make(tokens, make=known.make_table):
        tables.append(tokens)
        return make(tokens)

    monkeypatch.setattr(known, "make_table", make)
    return tables


def test_the_table_is_made_when_a_token_is_looked_up(made, tmp_path):
    vocab = hotrow.Vocabulary.fit(["b", "a", "b"])
    vocab.save(tmp_path / "v.arrow")
    vocab = hotrow.Vocabulary.load(tmp_path / "v.arrow")
    assert vocab.decode([2, 3]).tolist() == ["b", "a"]
    assert pickle.loads(pickle.dumps(vocab)) == vocab
    assert not made
    assert vocab.encode(["a", "b"]).tolist() == [3, 2]
    assert "a" in vocab
    assert len(made) == 1


def test_threads_make_one_table(made):
    tokens = Known(large([str(i) for i in range(20_000)]), distinct=True)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: tokens.find(large([str(i)]))[0], range(50)))
    assert found == list(range(50))
    assert len(made) == 1


@pytest.mark.parametrize(
    ("twin", "tokens"),
    [("x", large(["x", "y", "x"])), (-(2**60), pa.array([-(2**60), 7, -(2**60)]))],
    ids=["strings", "integers"],
)
def test_what_stands_twice_is_named(monkeypatch, twin, tokens):
    with pytest.raises(ValueError, match=f"Received: {twin!r} twice"):
        Known(tokens)
    monkeypatch.setattr(known, "LARGE", 2)
    with pytest.raises(ValueError, match=f"Received: {twin!r} twice"):
        Known(tokens)
