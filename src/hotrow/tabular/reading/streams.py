"""Files as streams of bytes, decompressed by what their first bytes say."""

import lzma
import zipfile
from pathlib import Path
from typing import IO, Any

from hotrow.tabular.errors import TableError
from hotrow_common.arrow import pa

_COMPRESSIONS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
}
XZ = b"\xfd7zXZ\0"
ZIP = b"PK\x03\x04"
ENDINGS = (".gz", ".bz2", ".zst", ".lz4", ".xz", ".zip")


def opened(path: Path) -> IO[bytes]:
    """Opens a file for reading, decompressed where it is compressed.

    Raises:
        TableError: If an archive holds several files, or none.
        OSError: If it cannot be read.
    """
    with open(path, "rb") as file:
        start = file.read(8)
    for magic, compression in _COMPRESSIONS.items():
        if start.startswith(magic):
            stream: Any = pa.input_stream(str(path), compression=compression)
            return stream
    if start.startswith(XZ):
        return lzma.open(path, "rb")
    if start.startswith(ZIP):
        return _only_member(path)
    return open(path, "rb")


def plain_name(path: Path) -> str:
    """Returns the name of a file in lower case, without the ending of a compression."""
    name = path.name.lower()
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name


def unreadable(path: Path, error: Exception) -> TableError:
    """Returns the error for a file that is cut or broken."""
    return TableError(
        f"The file {str(path)!r} cannot be read: {error}. It is not whole, or not what "
        "its name says."
    )


def members(path: Path) -> list[str]:
    """Returns the names of the files in a ZIP archive, but for hidden ones."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise unreadable(path, error) from error
    return [
        name
        for name in names
        if not name.endswith("/")
        and not name.startswith("__MACOSX/")
        and not Path(name).name.startswith(".")
    ]


def _only_member(path: Path) -> IO[bytes]:
    names = members(path)
    if len(names) != 1:
        shown = ", ".join(map(repr, names[:5])) + (", ..." if len(names) > 5 else "")
        raise TableError(
            f"The archive {str(path)!r} holds {len(names)} files, and one is wanted"
            f"{': ' + shown if names else ''}. Unpack it, and pass one of them or a "
            "list of those that have the same columns."
        )
    archive = zipfile.ZipFile(path)
    try:
        return archive.open(names[0])
    except RuntimeError as error:
        # So zipfile says that a password is needed.
        raise TableError(
            f"The archive {str(path)!r} cannot be read: {error}. Unpack it first."
        ) from error
