"""Columns out of JSON: a record a line, or one array of records."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hotrow.tabular.errors import TableError
from hotrow.tabular.reading.names import check_names
from hotrow.tabular.reading.streams import opened, unreadable
from hotrow.tabular.values.characters import trimmed, whole_text

# A string in JSON may hold other ends of lines that Python knows.
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


def read_json(path: Path) -> dict[str, list[Any]]:
    """Returns the columns of a JSON file; a value that a record lacks is missing.

    Raises:
        TableError: If the file is no JSON, or no records.
    """
    try:
        with opened(path) as file:
            text = file.read().decode("utf-8-sig")
    except (OSError, EOFError, UnicodeError) as error:
        raise unreadable(path, error) from error
    try:
        content = json.loads(text)
    except ValueError:
        content = list(_lines(path, text))
    except RecursionError:
        raise TableError(
            f"{path.name} holds no records: it is nested too deeply. A table is one "
            "array of records, or a record a line."
        ) from None
    columns: dict[str, list[Any]] = {}
    for number, record in enumerate(_records(path, content)):
        for name, value in record.items():
            columns.setdefault(name, [None] * number).append(value)
        for values in columns.values():
            if len(values) == number:
                values.append(None)
    if not columns:
        raise TableError(f"{path.name} holds no records.")
    # A name may hold half of a surrogate pair, as a value may.
    names = check_names([trimmed(whole_text(name)) for name in columns], path.name)
    return dict(zip(names, columns.values(), strict=True))


def _lines(path: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(_LINE_ENDS.split(text), 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError) as error:
            raise TableError(
                f"Line {number} of {path.name} is no JSON: {error}. A table is one "
                "array of records, or a record a line."
            ) from error


def _records(path: Path, content: Any) -> list[dict[str, Any]]:
    if isinstance(content, dict):
        values = list(content.values())
        if values and all(isinstance(value, list) for value in values):
            if len(values) == 1 and all(isinstance(one, dict) for one in values[0]):
                return values[0]
            if len({len(value) for value in values}) == 1:
                return [
                    dict(zip(content, row, strict=True))
                    for row in zip(*values, strict=True)
                ]
        if values and all(isinstance(value, dict) for value in values):
            # As pandas writes a frame: of each column, values by the row's label.
            labels = dict.fromkeys(label for value in values for label in value)
            return [
                {name: column.get(label) for name, column in content.items()}
                for label in labels
            ]
        content = [content]
    if isinstance(content, list) and all(isinstance(one, dict) for one in content):
        return content
    raise TableError(
        f"{path.name} holds no records. A table is one array of objects with the same "
        'keys, such as [{"age": 31}, {"age": 50}], or an object a line.'
    )
