"""Files as disks, copies and people damage them, in many ways and from one seed."""

import os
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Each test of damage tries so many; the release check sets it to 10,000.
COUNT = int(os.environ.get("HOTROW_DAMAGED_FILES", "300"))

FOREIGN = [
    b"",
    b"\n",
    b"{}",
    b"null",
    b'{"format": "hotrow-run"}',
    b"\x80\x04N.",
    b"PK\x05\x06" + bytes(18),
    b"PAR1" + bytes(16) + b"PAR1",
    b"ARROW1\x00\x00" + bytes(32) + b"ARROW1",
    b"\x89HDF\r\n\x1a\n" + bytes(64),
    b"\x93NUMPY\x01\x00v\x00",
    b"\x1f\x8b\x08\x00",
    b"city,count\nOslo,3\n",
    "Ås\n".encode("latin-1"),
    "Ås\n".encode("utf-16"),
    b"<html></html>",
]


def damaged(whole: bytes, seed: str, count: int = COUNT) -> Iterator[bytes]:
    """Yields versions of a file that are not what it was."""
    # The strings of Python have another hash in each process.
    rng = random.Random(zlib.crc32(seed.encode()))
    yield from (foreign for foreign in FOREIGN if foreign != whole)
    done = len(FOREIGN)
    while done < count:
        version = rng.choice(WAYS)(bytearray(whole), rng)
        if version != whole:
            done += 1
            yield bytes(version)


def check_damage(
    path: Path,
    read: Callable[[], Any],
    is_same: Callable[[Any], bool],
    says: str,
    least: float = 1 / 3,
    count: int = COUNT,
) -> None:
    """Damages a file: what is read then is as it was, or a `ValueError` of ours.

    Args:
        path: Of the file, which is put back in the end.
        read: Reads it.
        is_same: Whether that is what it was. Bytes that only fill up may change.
        says: A part of each error's text.
        least: The share of errors that there must be.
        count: How many versions of the file to read.
    """
    whole, errors = path.read_bytes(), []
    for version in damaged(whole, path.name, count):
        put(path, version)
        try:
            value = read()
        except ValueError as error:
            errors.append(str(error))
        else:
            assert is_same(value)
    put(path, whole)
    assert [text for text in errors if says not in text] == []
    assert len(errors) >= count * least


def put(path: Path, data: bytes) -> None:
    """Writes a file anew: some file systems are slow to write over one."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _flipped_bit(data: bytearray, rng: random.Random) -> bytes:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _other_bytes(data: bytearray, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return data


def _one_more(data: bytearray, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    data[place] = (data[place] + rng.choice((-1, 1))) % 256
    return data


def _other_digit(data: bytearray, rng: random.Random) -> bytes:
    digits = [at for at, byte in enumerate(data) if byte in b"0123456789"]
    if digits:
        data[rng.choice(digits)] = rng.choice(b"0123456789")
    return data


def _range(data: bytearray, rng: random.Random) -> slice:
    start = rng.randrange(len(data))
    return slice(start, min(len(data), start + rng.choice((1, 4, 8, 64, 512))))


def _overwritten(data: bytearray, rng: random.Random) -> bytes:
    where = _range(data, rng)
    size = where.stop - where.start
    data[where] = rng.choice((bytes(size), b"\xff" * size, rng.randbytes(size)))
    return data


def _cut(data: bytearray, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _without_start(data: bytearray, rng: random.Random) -> bytes:
    return data[rng.randrange(1, len(data)) :]


def _without_range(data: bytearray, rng: random.Random) -> bytes:
    del data[_range(data, rng)]
    return data


def _doubled_range(data: bytearray, rng: random.Random) -> bytes:
    where = _range(data, rng)
    data[where.stop : where.stop] = data[where]
    return data


def _copied_range(data: bytearray, rng: random.Random) -> bytes:
    source = _range(data, rng)
    start = rng.randrange(len(data))
    part = data[source][: len(data) - start]
    data[start : start + len(part)] = part
    return data


def _swapped_blocks(data: bytearray, rng: random.Random) -> bytes:
    size = rng.choice((1, 8, 64, 512))
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    one, other = rng.randrange(len(blocks)), rng.randrange(len(blocks))
    blocks[one], blocks[other] = blocks[other], blocks[one]
    return b"".join(blocks)


def _twice(data: bytearray, rng: random.Random) -> bytes:
    return data + data


def _more_at_the_end(data: bytearray, rng: random.Random) -> bytes:
    return data + rng.randbytes(rng.choice((1, 8, 100)))


WAYS = [
    *(_flipped_bit, _flipped_bit, _other_bytes, _one_more, _other_digit),
    *(_overwritten, _cut, _without_start, _without_range, _doubled_range),
    *(_copied_range, _swapped_blocks, _twice, _more_at_the_end),
]
