"""The file of a vocabulary: an Arrow IPC file with JSON in its metadata.

The file has one column, `token`, of type large_string or int64 (null for no tokens),
whose rows are the tokens in the order of their ids, and under the key `hotrow` of the
schema's metadata a JSON object:

| key | is |
|---|---|
| `format` | `"hotrow.vocabulary"` |
| `version` | 1 |
| `tokens` | how many tokens there are |
| `padding`, `unknown`, `lowercase` | true or false |
| `normalize` | a form of Unicode, or null |
"""

import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from hotrow.vocabulary.arrow import pa
from hotrow.vocabulary.aside import written_aside
from hotrow.vocabulary.ordering import one_array
from hotrow.vocabulary.settings import Settings

FORMAT = "hotrow.vocabulary"
VERSION = 1
_KEY = b"hotrow"


def write(path: str | os.PathLike[str], tokens: Any, about: Settings) -> None:
    """Writes a file aside and puts it in its place once it is whole."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "tokens": len(tokens),
        **asdict(about),
    }
    schema = pa.schema(
        [pa.field("token", tokens.type)], metadata={_KEY: json.dumps(header)}
    )
    with written_aside(path) as file, pa.ipc.new_file(file, schema) as writer:
        writer.write_batch(pa.record_batch([tokens], schema=schema))


def read(path: str | os.PathLike[str], memory_map: bool) -> tuple[Any, Settings]:
    """Returns the tokens of a file, checked, and what it says of them."""
    if memory_map:
        with open(path, "rb"):  # The system's own error if it cannot be read.
            pass
        if os.path.getsize(path) == 0:
            raise bad_file(path, "The file is empty.")
        source = pa.memory_map(os.fspath(path))
    else:
        source = pa.BufferReader(Path(path).read_bytes())
    try:
        with pa.ipc.open_file(source) as reader:
            header = _header(path, reader.schema)
            batches = [reader.get_batch(i) for i in range(reader.num_record_batches)]
        # Lengths, offsets and UTF-8: all that later reads rely upon.
        for batch in batches:
            batch.validate(full=True)
        table = pa.Table.from_batches(batches, schema=reader.schema)
        column = one_array(table["token"])
    except (pa.ArrowException, OSError, EOFError, MemoryError, KeyError) as error:
        raise bad_file(path, f"It is not a whole Arrow IPC file ({error}).") from error
    if len(column) != header["tokens"]:
        raise bad_file(
            path, f"It holds {len(column)} tokens and says {header['tokens']}."
        )
    try:
        return column, Settings(
            **{field.name: header[field.name] for field in fields(Settings)}
        )
    except ValueError as error:
        raise bad_file(path, str(error)) from error


def bad_file(path: str | os.PathLike[str], problem: str) -> ValueError:
    """Returns the error for a file that is not as it should be."""
    return ValueError(
        f"The file {os.fspath(path)!r} cannot be read as a vocabulary. {problem} "
        "Save the vocabulary again, or pass another file."
    )


def _header(path: str | os.PathLike[str], schema: Any) -> dict[str, Any]:
    text = (schema.metadata or {}).get(_KEY)
    if text is None:
        raise bad_file(path, "Its metadata has no key 'hotrow'.")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise bad_file(path, f"Its metadata is not JSON ({error}).") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise bad_file(path, f"Its metadata does not say {FORMAT!r}.")
    if header.get("version") != VERSION:
        raise bad_file(
            path,
            f"It has version {header.get('version')!r} of the format, and this Hotrow "
            f"reads version {VERSION}.",
        )
    kinds: dict[str, Any] = {
        "tokens": int,
        "padding": bool,
        "unknown": bool,
        "lowercase": bool,
        "normalize": (str, type(None)),
    }
    for name, kind in kinds.items():
        if not isinstance(header.get(name, ...), kind):
            raise bad_file(path, f"Its metadata has no valid {name!r}.")
    allowed = (pa.large_string(), pa.int64(), pa.null())
    if schema.names != ["token"] or schema.field(0).type not in allowed:
        raise bad_file(
            path,
            "It must have one column, `token`, of type large_string, int64 or null. "
            f"It has: {', '.join(f'{f.name} ({f.type})' for f in schema)}.",
        )
    return header
