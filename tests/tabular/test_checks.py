"""Duplicate rows and columns that say what the target is are found, and no others."""

import numpy as np
import pytest
import tables
from table_files import people

import hotrow
from hotrow.tabular.checks import duplicates, leaks
from hotrow.tabular.checks.duplicates import RowHashes
from hotrow.tabular.checks.leaks import LeakSample
from hotrow.tabular.checks.table_checks import TableChecks
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.split import TEST, TRAIN, split_of_rows
from hotrow.tabular.training.encoded import encode_table

pytestmark = pytest.mark.once


def warnings_of(frame, target, tmp_path):
    table = open_table(frame)
    known = profile(table, target)
    checks = TableChecks()
    encode_table(table, known, tmp_path / "cache", checks)
    return checks.warnings(table, known)


def with_repeats(frame, times):
    """Returns a frame with all rows `times` times, in a random order."""
    rows = len(next(iter(frame.values())))
    order = np.random.default_rng(0).permutation(rows * times) % rows
    return {name: [values[row] for row in order] for name, values in frame.items()}


def in_both_parts(frame):
    """Counts test rows that are among the training rows, one by one."""
    rows = list(zip(*map(tuple, frame.values()), strict=True))
    parts = split_of_rows(0, len(rows), 0)
    train = {row for row, part in zip(rows, parts, strict=True) if part == TRAIN}
    test = [row for row, part in zip(rows, parts, strict=True) if part == TEST]
    return sum(row in train for row in test), len(test)


def test_duplicates_are_counted(tmp_path):
    frame = with_repeats(tables.people(300), 2)
    count, total = in_both_parts(frame)
    assert 30 < count < total == 60
    (found,) = warnings_of(frame, "income", tmp_path)
    assert f"{count} of {total} test rows ({count / total:.0%}) are among" in found


@pytest.mark.parametrize(
    "frame",
    [
        tables.people(300),
        # Few rows are possible: equal ones are to be expected.
        {"a": list("xyxz") * 50, "b": list("pqqp") * 50, "income": list("uv") * 100},
        # Rare values are one to the model, and not in the table.
        {
            "a": [f"v{k // 2}" for k in range(2000)],
            "income": ["u", "v", "v"] * 666 + ["u", "v"],
        },
    ],
    ids=["people", "few", "rare"],
)
def test_no_false_duplicates(tmp_path, frame):
    assert warnings_of(frame, "income", tmp_path) == []


def test_hashes_in_bounded_memory_are_a_fair_sample():
    rng = np.random.default_rng(0)
    rows = rng.integers(2**63, size=50_000).astype(np.uint64) * np.uint64(2)
    train, test = rows, np.concatenate([rows[:4000], rows[:6000] + np.uint64(1)])
    hashes = RowHashes(most=8000)
    mixed = [duplicates.encoded_hashes([part]) for part in (train, test)]
    for part, values in zip((TRAIN, TEST), mixed, strict=True):
        for some in np.array_split(values, 7):
            hashes.add(some, np.full(len(some), part))
    assert sum(map(len, hashes._kept.values())) <= 8000
    count, others = hashes.duplicates()
    assert count + others == 10_000
    assert abs(count - 4000) < 300


def test_hashes_tell_rows_apart():
    rng = np.random.default_rng(0)
    columns = [
        rng.integers(100, size=5000).astype("int32"),
        rng.normal(size=5000).astype("float32"),
        rng.integers(3, size=(5000, 2)).astype("int32"),
    ]
    hashes = duplicates.encoded_hashes(columns)
    assert len(np.unique(hashes)) == 5000
    again = duplicates.encoded_hashes([column[::-1].copy() for column in columns])
    np.testing.assert_array_equal(again, hashes[::-1])
    # The order of columns counts.
    swapped = duplicates.encoded_hashes([columns[1], columns[0], columns[2]])
    assert not np.intersect1d(swapped, hashes).size


def test_leaks_are_named(tmp_path):
    frame = tables.people(400)
    frame["same"] = list(frame["income"])
    frame["code"] = [1 if value == "high" else 0 for value in frame["income"]]
    found = warnings_of(frame, "income", tmp_path)
    assert len(found) == 2
    for name, warning in zip(("same", "code"), found, strict=True):
        assert f"The column '{name}' equals the target, or says the same" in warning
        assert f"`drop={name!r}`" in warning
    frame = tables.prices(400)
    frame["cents"] = [round(100 * price) for price in frame["price"]]
    frame["log"] = [np.log(price) for price in frame["price"]]
    found = " ".join(warnings_of(frame, "price", tmp_path))
    assert "'cents'" in found
    assert "'log'" in found
    assert found.count("The column") == 2


def test_other_columns_are_no_leaks(tmp_path):
    for name in ("bought", "city", "grade", "age"):
        assert warnings_of(people(1000), name, tmp_path) == [], name


@pytest.mark.parametrize(
    ("column", "target", "expected"),
    [
        (np.arange(1000) % 3, np.arange(1000) % 3 + 5, True),
        # A slip in one row of a thousand.
        (np.arange(1000) % 3, np.arange(1000) % 3 * (np.arange(1000) != 7), True),
        (np.arange(1000) % 3, np.arange(1000) % 2, False),
        # Finer or coarser than the target.
        (np.arange(1000) % 6, np.arange(1000) % 3, False),
        (np.arange(1000) % 2, np.arange(1000) % 4, False),
        (np.zeros(1000, int), np.arange(1000) % 2, False),
        (np.linspace(0, 1, 1000), np.linspace(0, 1, 1000) ** 3, True),
        (np.linspace(0, 1, 1000), -np.linspace(0, 1, 1000), True),
        (np.linspace(0, 1, 1000), np.sin(np.linspace(0, 9, 1000)), False),
        (np.linspace(0, 1, 1000).round(1), np.linspace(0, 1, 1000), False),
        (np.where(np.arange(1000) % 9, np.nan, 1.0), np.arange(1000.0), False),
    ],
)  # fmt: skip
def test_says(column, target, expected):
    order = np.random.default_rng(0).permutation(1000)
    assert leaks.says(column[order], target[order]) == expected


def test_leaks_are_sought_in_a_sample():
    sample = LeakSample(size=500)
    for start in range(0, 20_000, 1000):
        # The first rows all have one class, as in a sorted table.
        target = (np.arange(start, start + 1000) >= 10_000).astype("int32")
        sample.add({"a": target + 2, "b": np.arange(1000, dtype="int32")}, target)
    assert sample.leaks() == ["a"]
    assert len(sample._target) <= 500


def test_what_is_found_is_said_before_training(tmp_path):
    frame = with_repeats(tables.people(100), 2)
    frame["same"] = frame["income"]
    said = []
    run = hotrow.tabular.fit(
        frame, "income", epochs=1, baselines=False, say=said.append
    )
    first = next(place for place, line in enumerate(said) if line.startswith("epoch"))
    before = "\n".join(said[:first])
    assert "Warning: The column 'same' equals the target" in before
    assert "test rows" in before
    assert any("'same' equals the target" in text for text in run.results.warnings)
