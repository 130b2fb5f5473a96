"""The digest of a vocabulary: equal for equal tokens and options, and no others.

It is the SHA-256, in hex, of these bytes in a row:

- a JSON object of the number of tokens and the options, in the order `lowercase`,
  `normalize`, `reserve_oov`, `reserve_padding`, `tokens` and without blanks
- of integers: the tokens, as int64
- of strings: their offsets, as int64 from 0 on, one more than there are tokens; then
  their UTF-8, one after the other

All numbers are little-endian. SHA-256 is the fastest strong digest of Python's on CPUs
that have instructions for it, as most do; a file is read at the speed of its digest.
"""

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from hotrow_common.arrow import pa
from hotrow_vocabulary.options import VocabularyOptions


def digest_of(tokens: Any, options: VocabularyOptions) -> str:
    """Returns the digest of a vocabulary.

    Args:
        tokens: The tokens in the order of their ids, as an Arrow array of type
            large_string, int64 or null, in which none is missing.
        options: The vocabulary's options.
    """
    content = {"tokens": len(tokens), **asdict(options)}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode())
    if len(tokens):
        if pa.types.is_int64(tokens.type):
            digest.update(_numbers(tokens, 1, len(tokens)).data)
        else:
            offsets = _numbers(tokens, 1, len(tokens) + 1)
            start, end = int(offsets[0]), int(offsets[-1])
            digest.update((offsets - start if start else offsets).data)
            digest.update(memoryview(tokens.buffers()[2] or b"")[start:end])
    return digest.hexdigest()


def _numbers(array: Any, buffer: int, count: int) -> np.ndarray:
    place = array.offset * 8
    numbers = np.frombuffer(array.buffers()[buffer], "=i8", count, place)
    return numbers.astype("<i8", copy=False)
