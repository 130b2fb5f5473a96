"""Counting a column of files that do not fit in memory, by DuckDB.

DuckDB reads the files in parallel and writes to disk what does not fit in the memory
that it may use.
"""

import glob
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hotrow_common.arrow import pa
from hotrow_common.progress import SECONDS, percent_bar
from hotrow_vocabulary.tokens import from_arrow

_READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv"}
_ROWS = 1 << 17
_FLOATS = ("FLOAT", "DOUBLE")
# Types that DuckDB finds in a CSV file and that are tokens: others are read as text.
_OF_CSV = ("VARCHAR", "BIGINT", "INTEGER", "BOOLEAN", *_FLOATS)
_TEXT = "text"


def count_files(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    column: str,
    memory_limit: str,
    min_count: int = 1,
    room: int | None = None,
    in_order: bool = True,
) -> Iterator[Any]:
    """Yields count tables of the tokens of a column, no token in two of them.

    Args:
        paths: One path or several, each with or without wildcards.
        column: The name of the column.
        memory_limit: Memory that DuckDB may use, such as `"400MB"`.
        min_count: Tokens that occur less often are left out.
        room: Maximum number of tokens to keep, or None for all.
        in_order: Whether the tokens come by falling count, ties by value.
    """
    files = find_files(paths)
    reader = _reader(files)
    with _connection(memory_limit) as connection:
        name = '"' + column.replace('"', '""') + '"'
        source = f"{reader}([{', '.join(map(_quoted, files))}])"
        kind = _column_type(connection, source, column, files)
        order = "ORDER BY count DESC, token" if in_order else ""
        limit = "" if room is None else f"LIMIT {room}"

        def counted(kind: str) -> Iterator[Any]:
            where = source
            if reader == "read_csv" and kind not in _OF_CSV:
                where = f"{source[:-1]}, types={{{_quoted(column)}: 'VARCHAR'}})"
            token = f"decode({name})" if kind == "BLOB" else name
            number = f"AND NOT isnan({name})" if kind in _FLOATS else ""
            query = (
                f"SELECT {token} AS token, count(*) AS count FROM {where} "
                f"WHERE {name} IS NOT NULL {number} GROUP BY token "
                f"HAVING count(*) >= {min_count} {order} {limit}"
            )
            return iter(connection.sql(query).to_arrow_reader(_ROWS))

        with _bar(connection, "counting tokens"), _reading(files):
            try:
                batches = counted(kind)
                first = next(batches, None)
            except _conversion_error():
                # DuckDB looks at the first rows: words may stand below numbers.
                if reader != "read_csv":
                    raise
                batches = counted(_TEXT)
                first = next(batches, None)
        while first is not None:
            tokens = from_arrow(first.column(0))
            yield pa.table({"token": tokens, "count": first.column(1)})
            with _reading(files):
                first = next(batches, None)


def find_files(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
) -> list[str]:
    """Returns the files that paths with wildcards stand for, or raises `ValueError`."""
    patterns = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    files: list[str] = []
    for path in patterns:
        pattern = os.fspath(path)
        # A path that is there is meant as it is, whatever it has in it.
        found = (
            [pattern]
            if os.path.exists(pattern)
            else sorted(glob.glob(pattern, recursive=True))
        )
        if not found:
            raise ValueError(
                f"No file is found at {pattern!r}. Pass the path of a Parquet or CSV "
                "file, wildcards such as 'data/*.parquet', or a list of these."
            )
        files += found
    return files


def _reader(files: list[str]) -> str:
    readers = set()
    for file in files:
        name = re.sub(r"\.(gz|zst)$", "", file.lower())
        reader = _READERS.get(os.path.splitext(name)[1])
        if reader is None:
            raise ValueError(
                "Files must end in .parquet, .csv or .tsv (or .csv.gz, .csv.zst). "
                f"Received: {file!r}. Rename it, or pass batches of tokens to "
                "`Vocabulary.fit`."
            )
        readers.add(reader)
    if len(readers) != 1:
        raise ValueError(
            "The files of one call are all Parquet or all CSV. Received: both. Count "
            "them apart and pass both counts to `Vocabulary.from_counts`."
        )
    return readers.pop()


@contextmanager
def _connection(memory_limit: str) -> Iterator[Any]:
    try:
        import duckdb
    except ImportError as error:
        raise ImportError(
            "Vocabulary.from_files reads files with DuckDB, which is not installed. "
            "Run `pip install 'hotrow[duckdb]'`."
        ) from error
    with (
        tempfile.TemporaryDirectory(prefix="hotrow-") as folder,
        duckdb.connect(":memory:") as connection,
    ):
        try:
            connection.execute(f"SET memory_limit = {_quoted(memory_limit)}")
        except duckdb.Error as error:
            raise ValueError(
                '`memory_limit` must be a size such as "400MB" or "2GB". Received: '
                f"memory_limit={memory_limit!r}."
            ) from error
        connection.execute(f"SET temp_directory = {_quoted(folder)}")
        # Rows are counted: their order is of no use, and keeping it takes memory.
        connection.execute("SET preserve_insertion_order = false")
        yield connection


def _column_type(connection: Any, source: str, column: str, files: list[str]) -> str:
    with _reading(files):
        rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    types = {row[0]: row[1] for row in rows}
    if column not in types:
        raise ValueError(
            f"There is no column {column!r} in {_named(files)}, as DuckDB reads it. "
            f"There is: {', '.join(map(repr, types))}. Pass one of these, or files of "
            "one form."
        )
    return types[column]


def _conversion_error() -> type[Exception]:
    import duckdb

    return duckdb.ConversionException


@contextmanager
def _reading(files: list[str]) -> Iterator[None]:
    """Raises `ValueError` with the names of files for an error of DuckDB."""
    import duckdb

    try:
        yield
    except (duckdb.Error, pa.ArrowException, UnicodeError) as error:
        raise ValueError(
            f"DuckDB cannot read {_named(files)}: {error} Mend the files, or leave out "
            "those that are damaged."
        ) from error


def _named(files: list[str]) -> str:
    more = f" and {len(files) - 3} others" if len(files) > 3 else ""
    return ", ".join(map(repr, files[:3])) + more


@contextmanager
def _bar(connection: Any, what: str) -> Iterator[None]:
    """Shows a progress bar while a query runs, if it runs for seconds."""
    done = threading.Event()

    def watch() -> None:
        if done.wait(SECONDS):
            return
        bar = percent_bar(what)
        if bar is None:
            return
        while not done.wait(0.5):
            bar.update(max(0.0, connection.query_progress() - bar.n))
        bar.close()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
