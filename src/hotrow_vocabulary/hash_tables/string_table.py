"""The hash table of a vocabulary of strings."""

from typing import Any

import numpy as np

from hotrow_vocabulary.hash_tables.slots import DuplicateKeys, raise_duplicate
from hotrow_vocabulary.hash_tables.word_table import WordTable
from hotrow_vocabulary.hash_tables.words import LONG, WIDTHS, blocks


class StringTable:
    """Finds strings: in a table for each width in words, and very long ones in a dict.

    Args:
        tokens: A pyarrow array of type large_string.
    """

    def __init__(self, tokens: Any) -> None:
        try:
            self._make(tokens)
        except DuplicateKeys as error:
            raise_duplicate(tokens[error.position].as_py())

    def _make(self, tokens: Any) -> None:
        parts: list[list[tuple]] = [[] for _ in WIDTHS]
        self._long: dict[bytes, int] = {}
        for start, block in blocks(tokens):
            for width, rows in block.by_width():
                if width < LONG:
                    words, lengths = block.words(rows, width)
                    parts[width].append((rows + start, lengths, *words))
                    continue
                for row, text in zip(rows, block.texts(rows), strict=True):
                    if text in self._long:
                        raise DuplicateKeys(self._long[text])
                    self._long[text] = int(row) + start
        self._tables: list[WordTable | None] = []
        for width in range(len(WIDTHS)):
            part, parts[width] = parts[width], []
            table = None
            if part:
                positions, lengths, *words = map(
                    np.concatenate, zip(*part, strict=True)
                )
                # Held twice, the words of a large vocabulary are gigabytes.
                del part
                table = WordTable(words, lengths, positions)
            self._tables.append(table)

    def find(self, values: Any) -> np.ndarray:
        """Returns the position of each string in the tokens, or -1.

        Args:
            values: A pyarrow array of type large_string.
        """
        positions = np.full(len(values), -1, np.int32)
        for start, block in blocks(values):
            here = positions[start : start + len(block)]
            for width, rows in block.by_width():
                if width == LONG:
                    here[rows] = [
                        self._long.get(text, -1) for text in block.texts(rows)
                    ]
                    continue
                table = self._tables[width]
                if table is not None:
                    here[rows] = table.find(*block.words(rows, width))
        return positions
