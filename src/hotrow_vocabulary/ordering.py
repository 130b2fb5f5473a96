"""The order of tokens: by falling count, ties by value."""

from typing import Any

from hotrow_common.arguments import as_size
from hotrow_common.arrow import pa, pc


def ordered(counts: Any, min_count: Any, room: int | None) -> Any:
    """Returns the tokens of a count table in the order of their ids.

    Args:
        counts: A count table that holds each token once.
        min_count: Tokens that occur less often are left out.
        room: Maximum number of tokens to keep, or None for all.
    """
    min_count = as_size(min_count, "min_count")
    if min_count > 1:
        counts = counts.filter(pc.greater_equal(counts["count"], min_count))
    if room is not None and room < len(counts):
        # Only what has a chance is sorted by value.
        least = pc.array_sort_indices(counts["count"], order="descending")[room - 1 :]
        least = counts["count"][least[0].as_py()].as_py() if room else 1
        counts = counts.filter(pc.greater_equal(counts["count"], least))
    order = pc.sort_indices(
        counts, sort_keys=[("count", "descending"), ("token", "ascending")]
    )
    if room is not None:
        order = order[:room]
    return one_array(counts["token"].take(order))


def one_array(column: Any) -> Any:
    """Returns a chunked array as one array."""
    if isinstance(column, pa.ChunkedArray):
        if column.num_chunks == 1:
            return column.chunk(0)
        if column.num_chunks == 0:
            return pa.array([], column.type)
        return pa.concat_arrays(column.chunks)
    return column
