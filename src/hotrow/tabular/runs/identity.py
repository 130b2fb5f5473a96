"""Identity of a run: data and settings that it must share with one it continues."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hotrow.tabular.advice import argument
from hotrow.tabular.reading.table import Table
from hotrow.tabular.run_error import RunError
from hotrow.tabular.schema import Schema

_PIECE = 1 << 20
_PIECES = 16


def data_identity(source: Any, table: Table, schema: Schema) -> dict[str, Any]:
    """Returns what tells one table from another.

    Of files, the sizes and pieces of the content; of a table in memory, some of its
    rows; of all tables, what `profile` saw.
    """
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps(schema.to_json(), sort_keys=True).encode())
    paths = _paths(source)
    for path in paths:
        _add_pieces(digest, path)
    if not paths:
        digest.update(next(table.batches()).serialize())
    return {
        "title": table.title,
        "rows": schema.rows,
        "columns": {column.name: column.kind for column in schema.columns},
        "target": schema.target.name,
        "content": digest.hexdigest(),
    }


def check_same(before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Raises `RunError` where two marks are not of the same run.

    Args:
        before: The mark of the run that was there, with `data` and `settings`.
        now: That of the run that is to continue it.
        folder: The folder, for the message.
    """
    differ = [
        f"{name} was {before[part].get(name)!r} and is {now[part].get(name)!r}"
        for part in ("settings", "data")
        for name in now[part]
        if name not in ("title", "content", "columns")
        and before[part].get(name) != now[part].get(name)
    ]
    old, new = before["data"]["columns"], now["data"]["columns"]
    differ += [
        f"column {name!r} was {old.get(name, 'not there')} and is "
        f"{new.get(name, 'not there')}"
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    if not differ and before["data"]["content"] != now["data"]["content"]:
        differ = [
            f"the content of {now['data']['title']} is not that of "
            f"{before['data']['title']}, which the run began with"
        ]
    if differ:
        raise RunError(
            f"cannot continue the run in {str(folder)!r}, as it began with other data "
            f"or settings: {'; '.join(differ[:5])}. Pass what it began with, or "
            f"{argument(force=True)} without `resume` to begin anew."
        )


def _paths(source: Any) -> list[Path]:
    if isinstance(source, (str, os.PathLike)):
        return [Path(source)]
    if isinstance(source, (list, tuple)):
        return [Path(one) for one in source if isinstance(one, (str, os.PathLike))]
    return []


def _add_pieces(digest: Any, path: Path) -> None:
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as file:
        for number in range(_PIECES):
            file.seek(max(0, size - _PIECE) * number // (_PIECES - 1))
            digest.update(file.read(_PIECE))
