"""Raw values of one column, read as text: the same from CSV and from native types.

| received | is |
|---|---|
| text | itself in the form NFC, without blanks and marks of no width around it |
| `="00123"` and `'00123`, as Excel writes digits that are text | `00123` |
| what `Marks.always` holds: empty, `NaN`, `#N/A`, ... | missing |
| an integer, a float, a decimal | its shortest digits: `7`, `1.5`; of 7.0, `7` |
| `True`, `true`, `TRUE`, and booleans | `True` |
| a date, a time | as ISO 8601 writes it; with a zone, in UTC |
| a duration | its seconds |
| bytes | the text that they are in UTF-8 |
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hotrow.tabular.errors import TableError
from hotrow.tabular.values.characters import composed
from hotrow.tabular.values.columns import as_array
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow_common.arrow import pa, pc


@dataclass
class Distinct:
    """The values of one column, each value once.

    Attributes:
        tokens: The values as text: a large_string array without missing values.
        codes: Index in `tokens` of each row's value, or -1 if it is missing.
        gone: The marks that were read as missing, and in how many rows each is.
    """

    tokens: Any
    codes: np.ndarray
    gone: dict[str, int] = field(default_factory=dict)

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


_WHOLE = r"^([+-]?[0-9]+)\.0+$"


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


def read_distinct(
    values: Any, name: str | None = None, marks: Marks = USUAL
) -> Distinct:
    """Reads the raw values of one column as text, each value once.

    Args:
        values: Values that `as_array` takes.
        name: Name of the column, for errors.
        marks: Missing marks of the column.
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
    texts = _as_text(array.dictionary, name)
    tokens = canonical(texts, marks)
    # What differs in the file may be one value: " a" and "a".
    merged = tokens.dictionary_encode()
    places = merged.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    gone = _gone(texts, tokens, codes) if tokens.null_count else {}
    return Distinct(merged.dictionary, np.append(places, -1)[codes], gone)


def _gone(texts: Any, tokens: Any, codes: np.ndarray) -> dict[str, int]:
    """Returns which texts were read as missing, and in how many rows each is."""
    lost = tokens.is_null().to_numpy(zero_copy_only=False)
    result: dict[str, int] = {}
    for place in np.flatnonzero(lost):
        text = texts[int(place)].as_py()
        if text is not None and text.strip():
            rows = int((codes == place).sum())
            result[text.strip()] = result.get(text.strip(), 0) + rows
    return result


def canonical(texts: Any, marks: Marks = USUAL) -> Any:
    """Returns text with one spelling for each value, missing where it is none."""
    texts = composed(texts)
    texts = _replaced(texts, pc.starts_with(texts, "="), r'^="(.*)"$', r"\1")
    texts = _replaced(texts, pc.starts_with(texts, "'"), r"^'([0-9.,]+)$", r"\1")
    for word, spellings in (("True", ("true", "TRUE")), ("False", ("false", "FALSE"))):
        same = pc.is_in(texts, value_set=pa.array(spellings, pa.large_string()))
        if pc.any(same).as_py():
            texts = pc.if_else(same, pa.scalar(word, pa.large_string()), texts)
    missing = pc.is_in(texts, value_set=marks.always)
    if not pc.any(missing).as_py():
        return texts
    return pc.if_else(missing, pa.scalar(None, pa.large_string()), texts)


def labels(texts: Any) -> Any:
    """Returns the names of classes, categories and codes: of `7.0`, `7`.

    pandas writes integers so, in a column in which one is missing.
    """
    return _replaced(texts, pc.ends_with(texts, pattern="0"), _WHOLE, r"\1")


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
        values = _seconds(values)
        kind = values.type
    if types.is_floating(kind):
        # Of a float that is narrower, the shortest digits are those of its own type.
        nan = pc.is_nan(values)
        values = pc.if_else(nan, pa.scalar(None, kind), values)
        values = values.cast(pa.float32()) if types.is_float16(kind) else values
    try:
        texts = values.cast(pa.large_string())
        # Of decimals, all have the digits of their type.
        return labels(texts) if types.is_decimal(kind) else texts
    except pa.ArrowException as error:
        raise TableError(
            f"The column{'' if name is None else f' {name!r}'} of type {kind} cannot "
            f"be read as text: {error}. Convert it to text first."
        ) from error


def _seconds(durations: Any) -> Any:
    units = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
    counts = durations.cast(pa.int64()).cast(pa.float64(), safe=False)
    return pc.divide(counts, units[durations.type.unit])
