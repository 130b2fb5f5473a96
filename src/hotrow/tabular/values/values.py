"""Raw values of one column, read as text: the same from CSV and from native types.

| received | is |
|---|---|
| text | itself without the blanks around it |
| empty, `NA`, `N/A`, `NaN`, `nan`, `null`, `NULL`, `None`, `?` | missing |
| an integer, a float, a decimal | its shortest digits: `7`, `1.5` |
| a whole number such as `7.0` | `7`, in text too |
| `True`, `true`, `TRUE`, and booleans | `True` |
| a date, a time | as ISO 8601 writes it; with a zone, in UTC |
| bytes | the text that they are in UTF-8 |
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hotrow.tabular.errors import TableError
from hotrow.tabular.values.columns import as_array
from hotrow.vocabulary.arrow import pa, pc

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?")


@dataclass
class Distinct:
    """The values of one column, each value once.

    Attributes:
        tokens: The values as text: a large_string array without missing values.
        codes: Of each row, the place of its value in `tokens`, or -1 if it is missing.
    """

    tokens: Any
    codes: np.ndarray

    def take(self, results: np.ndarray, missing: Any) -> np.ndarray:
        """Returns for each row what `results` holds for its value."""
        filler = np.full((1, *results.shape[1:]), missing, results.dtype)
        # Code -1 is the last place.
        return np.concatenate([results, filler])[self.codes]

    def rows(self, kept: np.ndarray) -> "Distinct":
        """Returns some of the rows; tokens that none of them has may stay."""
        return Distinct(self.tokens, self.codes[kept])

    def texts(self) -> Any:
        """Returns the text of each row, as an Arrow array with missing values."""
        return self.tokens.take(pa.array(self.codes, mask=self.codes < 0))


def is_nested(kind: Any) -> bool:
    """Returns whether an Arrow type has values that are no text, number or list."""
    types = pa.types
    return bool(types.is_nested(kind) and not is_list(kind))


def is_list(kind: Any) -> bool:
    """Returns whether an Arrow type is one of lists of plain values."""
    types = pa.types
    listed = (
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
    )
    return bool(listed and not types.is_nested(kind.value_type))


def read_distinct(values: Any, name: str | None = None) -> Distinct:
    """Reads the raw values of one column as text, each value once.

    Args:
        values: As `as_array` takes them.
        name: Of the column, for errors.
    """
    array = as_array(values, name)
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind, types = array.type, pa.types
    if types.is_nested(kind):
        raise TableError(
            f"The column{'' if name is None else f' {name!r}'} holds values of type "
            f"{kind}, and one value a row is wanted. Make a plain column of each part."
        )
    if not types.is_dictionary(kind):
        if types.is_string_view(kind) or types.is_binary_view(kind):
            array = array.cast(
                pa.large_string() if types.is_string_view(kind) else pa.large_binary()
            )
        array = array.dictionary_encode()
    codes = array.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    dictionary = array.dictionary
    tokens = canonical(_as_text(dictionary, name))
    # What differs in the file may be one value: " a" and "a".
    merged = tokens.dictionary_encode()
    places = merged.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return Distinct(merged.dictionary, np.append(places, -1)[codes])


def canonical(texts: Any) -> Any:
    """Returns text with one spelling for each value, missing where it is none."""
    texts = pc.utf8_trim_whitespace(texts)
    missing = pc.is_in(texts, value_set=pa.array(MISSING, pa.large_string()))
    texts = pc.if_else(missing, pa.scalar(None, pa.large_string()), texts)
    texts = _replaced(texts, pc.ends_with(texts, pattern="0"), _WHOLE, r"\1")
    short = pc.less_equal(pc.binary_length(texts), 5)
    texts = _replaced(texts, short, r"^(true|TRUE)$", "True")
    return _replaced(texts, short, r"^(false|FALSE)$", "False")


_WHOLE = r"^([+-]?[0-9]+)\.0+$"


def _replaced(texts: Any, candidates: Any, pattern: str, replacement: str) -> Any:
    """Replaces a pattern, which only some of the texts may match."""
    if not pc.any(candidates).as_py():
        return texts
    some = texts.filter(candidates)
    changed = pc.replace_substring_regex(some, pattern, replacement)
    if changed.equals(some):
        return texts
    return pc.replace_with_mask(texts, candidates.fill_null(False), changed)


def _as_text(values: Any, name: str | None) -> Any:
    kind, types = values.type, pa.types
    if types.is_null(kind):
        return pa.nulls(len(values), pa.large_string())
    if types.is_large_string(kind):
        return values
    if types.is_boolean(kind):
        return pc.if_else(values, "True", "False").cast(pa.large_string())
    if types.is_timestamp(kind) and kind.tz is not None:
        values = values.cast(pa.timestamp(kind.unit, "UTC")).cast(
            pa.timestamp(kind.unit)
        )
    if types.is_duration(kind):
        values = values.cast(pa.int64())
    if types.is_floating(kind):
        # Of a float that is narrower, the shortest digits are those of its own type.
        nan = pc.is_nan(values)
        values = pc.if_else(nan, pa.scalar(None, kind), values)
        values = values.cast(pa.float32()) if types.is_float16(kind) else values
    try:
        return values.cast(pa.large_string())
    except pa.ArrowException as error:
        raise TableError(
            f"The column{'' if name is None else f' {name!r}'} of type {kind} cannot "
            f"be read as text: {error}. Convert it to text first."
        ) from error
