"""Checks that go along while a table is encoded."""

from collections.abc import Mapping

import numpy as np

from hotrow.tabular.checks import duplicates, leaks
from hotrow.tabular.profiling.profile import Profile
from hotrow.tabular.reading.table import Table


class TableChecks:
    """Looks for duplicate rows and for columns that say what the target is."""

    def __init__(self) -> None:
        self._hashes = duplicates.RowHashes()
        self._sample = leaks.LeakSample()

    def add(
        self, encoded: Mapping[str, np.ndarray], target: np.ndarray, parts: np.ndarray
    ) -> None:
        """Looks at some rows.

        Args:
            encoded: Their columns, encoded, by name.
            target: Their target, encoded.
            parts: Part of each row, as `split_of_rows` returns it.
        """
        arrays = [np.ascontiguousarray(array) for array in (*encoded.values(), target)]
        self._hashes.add(duplicates.encoded_hashes(arrays), parts)
        self._sample.add(encoded, target)

    def warnings(self, table: Table, known: Profile) -> list[str]:
        """Returns what there is to tell of the table, a sentence or two each."""
        found = [leaks.warning(name) for name in self._sample.leaks()]
        if duplicates.are_many(self._hashes, known.schema):
            exact = duplicates.exact_hashes(table, known)
            if duplicates.are_many(exact, known.schema):
                found.append(duplicates.warning(exact))
        return found
