"""The tokens that a vocabulary knows, and how they are found."""

import threading
from typing import Any

import numpy as np

from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.hash_tables.slots import check_count, raise_duplicate
from hotrow_vocabulary.hash_tables.table import LARGE, HashTable, make_table
from hotrow_vocabulary.tokens import as_kind


class Known:
    """Tokens that do not change, with the table that finds them.

    The table is made when a token is first looked up: to count, to save or to decode
    needs none.

    Args:
        tokens: An Arrow array of tokens, none of them missing.
        distinct: Whether it is sure that each stands once. If not, this is checked.
    """

    def __init__(self, tokens: Any, distinct: bool = False) -> None:
        check_count(len(tokens))
        # Of no kind yet, even where an empty column had one.
        self.tokens = tokens if len(tokens) else pa.nulls(0)
        self._lock = threading.Lock()
        self._table: HashTable | None = None
        if distinct:
            return
        if len(tokens) > LARGE:
            # To make it finds twins, too, in less memory than to count tokens.
            self._table = make_table(self.tokens)
        elif len(self.tokens.unique()) < len(tokens):
            counts = self.tokens.value_counts()
            twins = counts.filter(pc.greater(counts.field("counts"), 1))
            raise_duplicate(twins.field("values")[0].as_py())

    def find(self, tokens: Any) -> np.ndarray:
        """Returns the position of each token, or -1 if it is not here, or missing.

        Raises:
            ValueError: If the tokens are of another kind than those known.
        """
        tokens = as_kind(tokens, self.tokens.type, "the vocabulary holds")
        if len(self.tokens) == 0 or pa.types.is_null(tokens.type):
            return np.full(len(tokens), -1, np.int32)
        positions = self.table.find(tokens)
        if tokens.null_count:
            missing = tokens.is_null().to_numpy(zero_copy_only=False)
            positions[missing] = -1
        return positions

    @property
    def table(self) -> HashTable:
        """The table from tokens to positions."""
        if self._table is None:
            with self._lock:
                if self._table is None:
                    self._table = make_table(self.tokens)
        return self._table

    def __getstate__(self) -> Any:
        return self.tokens

    def __setstate__(self, tokens: Any) -> None:
        self.__init__(tokens, distinct=True)  # type: ignore[misc]
