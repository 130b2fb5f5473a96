"""The file of a vocabulary: an Arrow IPC file with JSON in its metadata.

The file has one column, `token`, of type large_string or int64 (null for no tokens),
whose rows are the tokens in the order of their ids, and under the key `hotrow` of the
schema's metadata a JSON object:

| key | is |
|---|---|
| `format` | `"hotrow.vocabulary"` |
| `version` | 2 |
| `tokens` | how many tokens there are |
| `reserve_padding`, `reserve_oov`, `lowercase` | true or false |
| `normalize` | a form of Unicode, or null |
| `digest` | the vocabulary's digest (`digest.py`), which is checked at loading |
"""

import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, BinaryIO

from hotrow_common.arrow import pa
from hotrow_common.atomic_files import written_aside
from hotrow_vocabulary.digest import digest_of
from hotrow_vocabulary.options import VocabularyOptions
from hotrow_vocabulary.ordering import one_array

FORMAT = "hotrow.vocabulary"
VERSION = 2
_KEY = b"hotrow"
_OPTIONS = tuple(field.name for field in fields(VocabularyOptions))


def write(
    path: str | os.PathLike[str], tokens: Any, about: VocabularyOptions, digest: str
) -> None:
    """Writes a file aside and puts it in its place once it is whole."""
    with written_aside(path) as file:
        write_to(file, tokens, about, digest)


def write_to(
    file: BinaryIO, tokens: Any, about: VocabularyOptions, digest: str
) -> None:
    """Writes what is in the file of a vocabulary."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "tokens": len(tokens),
        **asdict(about),
        "digest": digest,
    }
    schema = pa.schema(
        [pa.field("token", tokens.type)], metadata={_KEY: json.dumps(header)}
    )
    with pa.ipc.new_file(file, schema) as writer:
        writer.write_batch(pa.record_batch([tokens], schema=schema))


def read(
    path: str | os.PathLike[str], memory_map: bool
) -> tuple[Any, VocabularyOptions, str]:
    """Returns the tokens of a file, its options and their digest, all checked."""
    if memory_map:
        with open(path, "rb"):  # The system's own error if it cannot be read.
            pass
        if os.path.getsize(path) == 0:
            raise VocabularyFileError(path, "The file is empty.")
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
    except (
        *(pa.ArrowException, OSError, EOFError, MemoryError, KeyError),
        # Of pyarrow, for a name of a column that is no UTF-8.
        UnicodeError,
    ) as error:
        raise VocabularyFileError(
            path, f"It is not a whole Arrow IPC file ({error})."
        ) from error
    return column, *_checked(path, column, header)


class VocabularyFileError(ValueError):
    """Error for a file that `Vocabulary.load` cannot read as a vocabulary.

    Example:

    >>> try:
    ...     vocab = hotrow.Vocabulary.load("README.md")
    ... except (OSError, hotrow.VocabularyFileError) as error:
    ...     vocab = hotrow.Vocabulary(["Oslo", "Paris"])
    >>> len(vocab)
    4

    Args:
        path: Path of the file.
        problem: Fault of the file, a sentence.
    """

    def __init__(self, path: str | os.PathLike[str], problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return (
            f"The file {os.fspath(self.path)!r} cannot be read as a vocabulary. "
            f"{self.problem} Save the vocabulary again, or pass another file."
        )


def _checked(
    path: str | os.PathLike[str], column: Any, header: dict[str, Any]
) -> tuple[VocabularyOptions, str]:
    """Returns the options and the digest, if tokens and header belong together."""
    if len(column) != header["tokens"]:
        raise VocabularyFileError(
            path, f"It holds {len(column)} tokens and says {header['tokens']}."
        )
    if column.null_count:
        raise VocabularyFileError(
            path, f"{column.null_count} of its tokens are missing."
        )
    try:
        options = VocabularyOptions(**{name: header[name] for name in _OPTIONS})
    except ValueError as error:
        raise VocabularyFileError(path, str(error)) from error
    digest = digest_of(column, options)
    if digest != header["digest"]:
        raise VocabularyFileError(
            path,
            "It has changed since it was written: its digest is "
            f"{digest[:12]}... and it says {header['digest'][:12]}... .",
        )
    return options, digest


def _header(path: str | os.PathLike[str], schema: Any) -> dict[str, Any]:
    text = (schema.metadata or {}).get(_KEY)
    if text is None:
        raise VocabularyFileError(path, "Its metadata has no key 'hotrow'.")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise VocabularyFileError(
            path, f"Its metadata is not JSON ({error})."
        ) from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise VocabularyFileError(path, f"Its metadata does not say {FORMAT!r}.")
    if header.get("version") != VERSION:
        raise VocabularyFileError(
            path,
            f"It has version {header.get('version')!r} of the format, and this Hotrow "
            f"reads version {VERSION}. The tokens of any version are "
            "`pyarrow.ipc.open_file(path).read_all()['token']`.",
        )
    kinds: dict[str, Any] = {
        "tokens": int,
        "reserve_padding": bool,
        "reserve_oov": bool,
        "lowercase": bool,
        "normalize": (str, type(None)),
        "digest": str,
    }
    for name, kind in kinds.items():
        if not isinstance(header.get(name, ...), kind):
            raise VocabularyFileError(path, f"Its metadata has no valid {name!r}.")
    allowed = (pa.large_string(), pa.int64(), pa.null())
    if schema.names != ["token"] or schema.field(0).type not in allowed:
        raise VocabularyFileError(
            path,
            "It must have one column, `token`, of type large_string, int64 or null. "
            f"It has: {', '.join(f'{f.name} ({f.type})' for f in schema)}.",
        )
    return header
