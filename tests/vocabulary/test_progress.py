"""A bar shows on long work, and only there."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hotrow
from hotrow_common import progress
from hotrow_vocabulary import data_files

pytestmark = pytest.mark.once


def test_no_bar_on_short_work(capfd):
    hotrow.Vocabulary.fit(iter([["a"], ["b"]]))
    assert capfd.readouterr() == ("", "")


def test_a_bar_on_long_work(capfd, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    assert len(hotrow.Vocabulary.fit(iter([["a"], ["b"]]))) == 4
    assert "counting batches: " in capfd.readouterr().err


def test_a_bar_while_duckdb_works(capfd, monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    monkeypatch.setattr(data_files, "SECONDS", 0.0)
    pq.write_table(pa.table({"c": np.arange(10)}), tmp_path / "a.parquet")
    assert len(hotrow.Vocabulary.from_files(tmp_path / "a.parquet", "c")) == 12
    assert "counting tokens: " in capfd.readouterr().err
