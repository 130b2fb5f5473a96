"""Count tables of tokens, and their sums."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc
from hotrow_common.progress import progress
from hotrow_vocabulary.inputs import batches, is_batches
from hotrow_vocabulary.rules import Rules
from hotrow_vocabulary.tokens import as_kind, from_arrow, from_python

# Tables wait until they have this many rows, or as many as their sum so far.
_WAITING = 1 << 20


def count(values: Any, *, normalize: str | None = None, lowercase: bool = False) -> Any:
    """Counts tokens: the part of `Vocabulary.fit` that many machines can share.

    The table of all data is the sum of the tables of its parts, so each machine counts
    its part and `Vocabulary.from_counts` adds the tables up. Missing values are not
    counted.

    Example:

    >>> counts = hotrow.count(["Oslo", "Paris", "Oslo", None])
    >>> dict(zip(counts["token"].to_pylist(), counts["count"].to_pylist()))
    {'Oslo': 2, 'Paris': 1}

    Args:
        values: Tokens, as `Vocabulary.fit` takes them.
        normalize: A form of Unicode that strings are brought to: `"NFC"`, `"NFD"`,
            `"NFKC"` or `"NFKD"`. Defaults to `None`, as they are.
        lowercase: Whether to put strings in lower case first. Defaults to `False`.

    Returns:
        A pyarrow table with the columns `token`, of type large_string or int64 (null if
        there was no token), and `count`, of type int64. Each token stands once.

    Raises:
        ValueError: If the values are no tokens, or an argument is not as above.
    """
    rules = Rules(normalize, lowercase)
    sums = CountSum()
    parts = batches(values)
    if is_batches(values):
        parts = progress(parts, "counting batches")
    for batch in parts:
        sums.add(_count(rules.apply(batch.tokens)))
    return sums.table()


class CountSum:
    """Adds count tables up, in memory for twice their sum."""

    def __init__(self) -> None:
        self._sum: Any = None
        self._waiting: list[Any] = []
        self._rows = 0

    def add(self, table: Any) -> None:
        """Adds a table as `count` returns it."""
        self._waiting.append(table)
        self._rows += len(table)
        if self._rows > max(_WAITING, 0 if self._sum is None else len(self._sum)):
            self._merge()

    def table(self) -> Any:
        """Returns the sum."""
        self._merge()
        return self._sum

    def _merge(self) -> None:
        tables = self._waiting if self._sum is None else [self._sum, *self._waiting]
        self._sum, self._waiting, self._rows = _add(tables), [], 0


def add_counts(counts: Any, rules: Rules) -> Any:
    """Returns the sum of one or more count tables, as a table of distinct tokens."""
    single = isinstance(counts, Mapping) or _is_table(counts)
    sums = CountSum()
    for table in [counts] if single else counts:
        sums.add(_checked(table, rules))
    return sums.table()


def _count(tokens: Any) -> Any:
    tokens = tokens.drop_null()
    if pa.types.is_null(tokens.type):
        return _table(tokens, pa.array([], pa.int64()))
    counts = tokens.value_counts()
    return _table(counts.field("values"), counts.field("counts"))


def _add(tables: list[Any]) -> Any:
    tables = [table for table in tables if len(table)]
    if not tables:
        return _table(pa.nulls(0), pa.array([], pa.int64()))
    for table in tables[1:]:
        as_kind(table["token"].chunk(0), tables[0]["token"].type, "earlier tokens were")
    return tables[0] if len(tables) == 1 else _summed(pa.concat_tables(tables))


def _summed(table: Any) -> Any:
    """Returns a table that holds each token once."""
    total = pc.sum(table["count"].cast(pa.float64(), safe=False)).as_py() or 0
    if total >= 2.0**63:
        raise ValueError(
            "Counts must add up to less than 2**63. Received: a sum of about "
            f"{total:g}. Divide all counts by one number."
        )
    if pc.count_distinct(table["token"]).as_py() == len(table):
        # Much faster than a sum, of a short table above all.
        return table.combine_chunks()
    table = table.group_by("token").aggregate([("count", "sum")])
    return _table(table["token"], table["count_sum"])


def _table(tokens: Any, counts: Any) -> Any:
    table = pa.table({"token": tokens, "count": counts})
    return table.combine_chunks()


def _is_table(counts: Any) -> bool:
    return hasattr(counts, "__arrow_c_stream__") or hasattr(counts, "__arrow_c_array__")


def _checked(counts: Any, rules: Rules) -> Any:
    """Returns a count table of the user's as one of ours."""
    if isinstance(counts, Mapping):
        tokens = from_python(list(counts.keys()))
        numbers: Any = _numbers(list(counts.values()))
    elif _is_table(counts):
        table = counts if isinstance(counts, pa.Table) else _as_table(counts)
        for name in ("token", "count"):
            if table.column_names.count(name) != 1:
                raise _not_counts(f"a table with the columns {table.column_names}")
        tokens, numbers = from_arrow(table["token"]), table["count"].combine_chunks()
    else:
        raise _not_counts(f"an object of type {type(counts).__name__}")
    if len(numbers) and not pa.types.is_integer(numbers.type):
        raise _not_counts(f"counts of type {numbers.type}")
    try:
        numbers = numbers.cast(pa.int64())
    except pa.ArrowInvalid:
        raise _not_counts("a count of 2**63 or more") from None
    if numbers.null_count or (len(numbers) and pc.min(numbers).as_py() < 1):
        raise _not_counts("a count that is missing or below 1")
    keep = tokens.is_valid()
    table = _table(rules.apply(tokens).filter(keep), numbers.filter(keep))
    return _summed(table) if len(table) else table


def _as_table(counts: Any) -> Any:
    try:
        return pa.table(counts)
    except (pa.ArrowException, TypeError, ValueError):
        received = f"an object of type {type(counts).__name__}, which is no table"
        raise _not_counts(received) from None


def _numbers(counts: list[Any]) -> Any:
    try:
        return pa.array(counts)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        at = next((n for n in counts if not isinstance(n, (int, np.integer))), None)
        received = "a count of 2**63 or more" if at is None else repr(at)
        raise _not_counts(received) from None


def _not_counts(received: str) -> ValueError:
    return ValueError(
        "Counts are a table with the columns `token` and `count`, as `hotrow.count` "
        "returns it, a dict of tokens and their counts, or an iterable of these; each "
        f"count is an integer of 1 or more. Received: {received}."
    )
