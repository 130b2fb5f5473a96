"""Rows of several values: words of a text, parts of a value, lists."""

from typing import Any

import numpy as np

from hotrow.tabular.values.columns import as_array
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow.tabular.values.values import canonical, is_list, labels, read_distinct
from hotrow_common.arrow import pa, pc

_BETWEEN_WORDS = r"[^\p{L}\p{N}\p{M}]+"


def _word_table() -> np.ndarray:
    table = np.full(256, ord(" "), np.uint8)
    for letter in range(128):
        if chr(letter).isalnum():
            table[letter] = ord(chr(letter).lower())
    return table


_WORD_LETTERS = _word_table()


def split_words(texts: Any) -> Any:
    """Returns the words of each text: runs of letters and digits, in lower case.

    Letters, digits and combining marks are those of Unicode. A missing text has none.

    Args:
        texts: A large_string array.
    """
    texts = texts.fill_null("")
    _, offsets, data = texts.buffers()
    data = np.frombuffer(data or b"", np.uint8)
    if not data.size or data.max() < 128:
        # All is ASCII: each byte is replaced at once, many times faster.
        changed = pa.py_buffer(_WORD_LETTERS[data])
        spaced = pa.LargeStringArray.from_buffers(
            len(texts), offsets, changed, None, 0, texts.offset
        )
        if offsets is None or not len(texts):
            spaced = texts
        lists = pc.ascii_split_whitespace(spaced)
    else:
        spaced = pc.replace_substring_regex(pc.utf8_lower(texts), _BETWEEN_WORDS, " ")
        lists = pc.split_pattern(spaced, " ")
    return _without(lists, "")


def split_parts(texts: Any, separator: str, marks: Marks = USUAL) -> Any:
    """Returns the parts of each text, without blanks; a missing text has none."""
    lists = pc.split_pattern(texts.fill_null(""), separator)
    return _clean(lists, labels(canonical(lists.flatten(), marks)))


def read_lists(
    values: Any, separator: str | None, marks: Marks = USUAL
) -> tuple[Any, np.ndarray]:
    """Reads raw values with several parts.

    Args:
        values: Values that `as_array` takes: text, or lists in Arrow or Python.
        separator: Separator of parts in text.
        marks: Missing marks of the column.

    Returns:
        A list array of parts as text, and for each row its place there, -1 if missing.
    """
    array = as_array(values)
    if is_list(array.type):
        return listed(array, marks), np.where(
            _mask(array.is_null()), -1, np.arange(len(array))
        )
    distinct = read_distinct(array, marks=marks)
    if separator is None:
        ends = np.arange(len(distinct.tokens) + 1)
        lists = pa.LargeListArray.from_arrays(pa.array(ends), distinct.tokens)
    else:
        lists = split_parts(distinct.tokens, separator, marks)
    return lists, distinct.codes


def listed(array: Any, marks: Marks = USUAL) -> Any:
    """Returns an Arrow array of lists with their values as text; none where missing."""
    lengths = pc.list_value_length(array).fill_null(0).cast(pa.int64())
    ends = np.concatenate([[0], np.cumsum(lengths.to_numpy(zero_copy_only=False))])
    flat = labels(read_distinct(array.flatten(), marks=marks).texts())
    lists = pa.LargeListArray.from_arrays(pa.array(ends), flat)
    return _clean(lists, flat)


def rows_with(lists: Any, weights: np.ndarray) -> tuple[Any, np.ndarray]:
    """Returns the distinct values in lists, and in how many rows each occurs.

    Args:
        lists: A large_list array of text.
        weights: Number of rows of each list.
    """
    flat = lists.flatten().dictionary_encode()
    codes = flat.indices.cast(pa.int64()).to_numpy()
    size = max(1, len(flat.dictionary))
    lengths = lengths_of(lists)
    parents = np.repeat(np.arange(len(lists)), lengths)
    # A value that stands twice in a row counts once.
    pairs = np.sort(parents * size + codes)
    pairs = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    counts = np.bincount(pairs % size, weights[pairs // size], size)
    return flat.dictionary, counts.astype(np.int64)[: len(flat.dictionary)]


def lengths_of(lists: Any) -> np.ndarray:
    """Returns how many values each list has."""
    return pc.list_value_length(lists).cast(pa.int64()).to_numpy(zero_copy_only=False)


def _without(lists: Any, value: str) -> Any:
    flat = lists.flatten()
    kept = pc.not_equal(flat, value)
    return _kept(lists, flat, _mask(kept))


def _clean(lists: Any, flat: Any) -> Any:
    return _kept(lists, flat, _mask(flat.is_valid()))


def _kept(lists: Any, flat: Any, kept: np.ndarray) -> Any:
    """Returns the lists with `flat` for their values, without some of them."""
    ends = np.concatenate([[0], np.cumsum(lengths_of(lists))])
    if not kept.all():
        ends = np.concatenate([[0], np.cumsum(kept)])[ends]
        flat = flat.filter(pa.array(kept))
    return pa.LargeListArray.from_arrays(
        pa.array(ends, pa.int64()), flat.cast(pa.large_string())
    )


def _mask(matches: Any) -> np.ndarray:
    return matches.to_numpy(zero_copy_only=False)
