"""Checks of kinds that the user gives in place of those that values say."""

import numpy as np

from hotrow.tabular.errors import TableError
from hotrow.tabular.kinds.core.evidence import Evidence

AS_GIVEN = "as you said"

# Fewer values than this that fit, and the kind cannot be meant.
_LEAST_FIT = 0.5


def check_fit(known: Evidence, good: np.ndarray, kind: str, wanted: str) -> None:
    """Raises `TableError` if most values do not fit the kind that the user gives.

    Args:
        known: What is known of the column.
        good: Which of its values fit.
        kind: The kind, as the error names it.
        wanted: A value of that kind, as the error names it.
    """
    if known.share(good) >= _LEAST_FIT:
        return
    example, place = known.first_of(~good)
    raise TableError(
        f"The column {known.name!r} cannot be {kind}: {known.share(~good):.0%} of its "
        f"values are not {wanted}, such as {example[:40]!r} in {place}. Choose another "
        "kind, or mend the values."
    )
