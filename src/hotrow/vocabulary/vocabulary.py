"""The vocabulary: objects to ids and back."""

import os
import threading
from typing import Any, Self

import numpy as np

from hotrow.arguments import as_size
from hotrow.vocabulary import files, shapes, text_files
from hotrow.vocabulary.arrow import pa
from hotrow.vocabulary.counting import add_counts, count
from hotrow.vocabulary.data_files import count_files
from hotrow.vocabulary.inputs import is_batches, read
from hotrow.vocabulary.ordering import one_array, ordered
from hotrow.vocabulary.rules import Rules
from hotrow.vocabulary.table import make_table
from hotrow.vocabulary.tokens import as_kind, from_arrow
from hotrow.vocabulary.unknown import missing_error, unknown_error


class Vocabulary:
    """Turns strings or integers into ids and back.

    Id 0 is padding and 1 is unknown; then come the tokens by falling count, ties by
    value, so that the same data gives the same ids in whatever order or parts it comes.
    Ids are int32 (int64 where they pass 2**31), and `len(vocab)` is what a layer takes
    as `input_dim`.

    Tokens are strings, or integers from -2**63 to 2**63 - 1. `bytes` are strings in
    UTF-8; `bool` and whole floats are integers; `None`, NaN, `pandas.NA` and `NaT` are
    missing: unknown, and never a token. Strings and integers in one vocabulary are an
    error.

    One vocabulary may be read by many threads at once.

    Example:

    >>> vocab = hotrow.Vocabulary.fit(["Oslo", "Paris", "Paris", "Rome"])
    >>> vocab.encode(["Paris", "Oslo", "???"])
    array([2, 3, 1], dtype=int32)
    >>> vocab.decode([2, 3, 1])
    array(['Paris', 'Oslo', None], dtype=object)
    >>> vocab.encode([["Rome"], ["Oslo", "Rome"]], length=3)
    array([[4, 0, 0],
           [3, 4, 0]], dtype=int32)

    Args:
        tokens: The tokens in the order of their ids, each once: a list, a NumPy array,
            a Series or an Arrow array. `Vocabulary.fit` finds them in data.
        padding: Whether id 0 is padding. Defaults to `True`.
        unknown: Whether there is an id for unknown tokens: 1, or 0 without padding.
            Without it, an unknown token is an error. Defaults to `True`.
        normalize: A form of Unicode that strings are brought to before they are looked
            up: `"NFC"`, `"NFD"`, `"NFKC"` or `"NFKD"`. Defaults to `None`, as they are.
        lowercase: Whether to put each character in lower case first. Defaults to
            `False`.

    Raises:
        ValueError: If an argument is not as above, or a token stands twice.
        ImportError: If the package pyarrow is not installed.
    """

    def __init__(
        self,
        tokens: Any,
        *,
        padding: bool = True,
        unknown: bool = True,
        normalize: str | None = None,
        lowercase: bool = False,
    ) -> None:
        for name, value in (("padding", padding), ("unknown", unknown)):
            if not isinstance(value, bool):
                raise ValueError(
                    f"`{name}` must be True or False. Received: {name}={value!r}."
                )
        self._rules = Rules(normalize, lowercase)
        self.padding, self.unknown = padding, unknown
        self._lock = threading.Lock()
        self._tokens = self._rules.apply(read(tokens).tokens)
        if self._tokens.null_count:
            raise ValueError(
                "A missing value cannot be a token. Received: "
                f"{self._tokens.null_count} missing values among {len(self._tokens)} "
                "tokens. Leave them out: whatever is missing has the id of unknown."
            )
        if len(self._tokens) == 0:
            # Of no kind yet, even where an empty column had one.
            self._tokens = pa.nulls(0)
        # Made here, since it is what finds a token that stands twice.
        self._table = make_table(self._tokens)

    @classmethod
    def fit(
        cls,
        values: Any,
        *,
        min_count: int = 1,
        max_size: int | None = None,
        padding: bool = True,
        unknown: bool = True,
        normalize: str | None = None,
        lowercase: bool = False,
    ) -> Self:
        """Makes the vocabulary of some data.

        Args:
            values: Tokens in a list, a NumPy array, a pandas or polars Series, an Arrow
                array or anything else with the Arrow PyCapsule interface, of any shape;
                or an iterable of batches of these, such as a generator over data that
                does not fit in memory.
            min_count: Tokens that occur less often are left out. Defaults to 1.
            max_size: The most that `len(vocab)` may be, padding and unknown included;
                the most frequent tokens are kept. Defaults to `None`, no limit.
            padding: As for the class.
            unknown: As for the class.
            normalize: As for the class.
            lowercase: As for the class.
        """
        counts = count(values, normalize=normalize, lowercase=lowercase)
        settings: Any = {"normalize": normalize, "lowercase": lowercase}
        room = _room(max_size, padding, unknown)
        tokens = ordered(counts, min_count, room)
        return cls(tokens, padding=padding, unknown=unknown, **settings)

    @classmethod
    def from_counts(
        cls,
        counts: Any,
        *,
        min_count: int = 1,
        max_size: int | None = None,
        padding: bool = True,
        unknown: bool = True,
        normalize: str | None = None,
        lowercase: bool = False,
    ) -> Self:
        """Makes a vocabulary of counts: one table, or several that are added up.

        Args:
            counts: A table with the columns `token` and `count` (pyarrow, pandas,
                polars), as `hotrow.count` returns it; a dict of tokens and counts; or
                an iterable of these, such as those of several machines.
            min_count: As for `fit`; compared with the sum.
            max_size: As for `fit`.
            padding: As for the class.
            unknown: As for the class.
            normalize: As for the class.
            lowercase: As for the class.
        """
        counts = add_counts(counts, Rules(normalize, lowercase))
        settings: Any = {"normalize": normalize, "lowercase": lowercase}
        room = _room(max_size, padding, unknown)
        tokens = ordered(counts, min_count, room)
        return cls(tokens, padding=padding, unknown=unknown, **settings)

    @classmethod
    def from_files(
        cls,
        paths: Any,
        column: str,
        *,
        memory_limit: str = "400MB",
        min_count: int = 1,
        max_size: int | None = None,
        padding: bool = True,
        unknown: bool = True,
        normalize: str | None = None,
        lowercase: bool = False,
    ) -> Self:
        """Makes the vocabulary of a column of files, which may be larger than memory.

        Needs DuckDB (`pip install 'hotrow[duckdb]'`), which writes to disk what does
        not fit in its share of memory.

        Args:
            paths: A Parquet or CSV file, a path with wildcards such as
                `"data/*.parquet"`, or a list of these.
            column: The name of the column.
            memory_limit: How much memory DuckDB may use beside the vocabulary. Defaults
                to `"400MB"`.
            min_count: As for `fit`.
            max_size: As for `fit`.
            padding: As for the class.
            unknown: As for the class.
            normalize: As for the class.
            lowercase: As for the class.
        """
        rules = Rules(normalize, lowercase)
        settings: Any = {"normalize": normalize, "lowercase": lowercase}
        least = as_size(min_count, "min_count")
        room = _room(max_size, padding, unknown)
        if rules:
            # What differs in the files may be one token: the limits come after the sum.
            counts = count_files(paths, column, memory_limit, in_order=False)
            tokens = ordered(add_counts(counts, rules), least, room)
        else:
            parts = count_files(paths, column, memory_limit, least, room)
            chunks = [one_array(part["token"]) for part in parts]
            tokens = pa.concat_arrays(chunks) if chunks else pa.nulls(0)
        return cls(tokens, padding=padding, unknown=unknown, **settings)

    def encode(
        self,
        values: Any,
        *,
        length: int | None = None,
        padding: str = "post",
        truncating: str = "post",
        ragged: bool = False,
    ) -> Any:
        """Returns the ids of tokens, in the shape that the tokens come in.

        Args:
            values: Tokens, as `fit` takes them. The ids of an iterable of batches are
                joined along the first axis.
            length: Makes a matrix of so many columns out of rows of tokens of any
                length, as `keras.utils.pad_sequences` does. Defaults to `None`.
            padding: The side on which a short row is filled with the id of padding:
                `"post"` (the default) or `"pre"`.
            truncating: The side on which a long row is cut: `"post"` (the default) or
                `"pre"`.
            ragged: Whether to return rows of any length as `(values, offsets)`: the ids
                of all rows, and where each starts and the last ends. Defaults to
                `False`.

        Returns:
            A NumPy array of int32 (int64 where ids pass 2**31), or two.

        Raises:
            ValueError: If the values are no tokens, or of the other kind than those of
                the vocabulary; if rows differ in length and neither `length` nor
                `ragged` is given; or, with `unknown=False`, for an unknown token.
        """
        if length is not None and ragged:
            raise ValueError(
                "Rows become a matrix or stay ragged. Received: "
                f"length={length!r} and ragged=True. Pass one of them."
            )
        if length is not None and not self.padding:
            raise ValueError(
                "A vocabulary without an id of padding cannot fill rows. Received: "
                f"length={length!r} with padding=False. Make the vocabulary with "
                "`padding=True`, or pass `ragged=True`."
            )
        if is_batches(values):
            if ragged:
                raise ValueError(
                    "ragged=True is for one batch of rows. Received: an iterable of "
                    "batches. Encode each batch."
                )
            parts = [
                self.encode(part, length=length, padding=padding, truncating=truncating)
                for part in values
            ]
            empty = np.zeros(0, self._dtype)
            return np.concatenate([np.atleast_1d(p) for p in parts]) if parts else empty
        batch = read(values)
        ids = self._ids(batch.tokens)
        if ragged:
            return shapes.ragged(ids, batch)
        if length is not None:
            return shapes.padded(ids, batch, length, 0, padding, truncating)
        return shapes.shaped(ids, batch)

    def decode(self, ids: Any) -> np.ndarray:
        """Returns the tokens of ids, in the same shape.

        Args:
            ids: Integers from 0 to `len(vocab) - 1`: a NumPy array, a list or a tensor.

        Returns:
            A NumPy array of objects: `str` or `int`; `None` for padding and unknown.

        Raises:
            ValueError: If an id is out of range, or is no integer.
        """
        array = np.asarray(ids)
        if array.size and array.dtype.kind not in "iu":
            raise ValueError(
                "Ids are integers. Received: an array of dtype "
                f"{array.dtype}. Pass the ids that `encode` returned."
            )
        flat = array.reshape(-1).astype(np.int64, copy=False)
        tokens = self._tokens
        size = len(tokens) + self._first
        wrong = (flat < 0) | (flat >= size)
        if wrong.any():
            raise ValueError(
                f"An id is out of range: {flat[wrong][0]}. Ids of this vocabulary run "
                f"from 0 to {size - 1}. Pass ids that this vocabulary, or one that it "
                "grew from, returned."
            )
        places = flat - self._first
        found = tokens.take(pa.array(np.maximum(places, 0), mask=places < 0))
        result = np.empty(flat.size, object)
        result[:] = found.to_pylist()
        return result.reshape(array.shape)

    def grow(self, values: Any, *, min_count: int = 1) -> int:
        """Adds the tokens of more data; the ids of old tokens stay as they are.

        New tokens get the ids from `len(vocab)` on, by falling count in `values`, ties
        by value. A layer made with the old `len(vocab)` has no rows for them.

        Args:
            values: Tokens, as `fit` takes them.
            min_count: New tokens that occur less often are left out. Defaults to 1.

        Returns:
            How many tokens were added.
        """
        counts = count(values, normalize=self.normalize, lowercase=self.lowercase)
        with self._lock:
            new = as_kind(
                ordered(counts, min_count, None),
                self._tokens.type,
                "the vocabulary holds",
            )
            if len(self._tokens):
                new = new.filter(pa.array(self._table.find(new) < 0))
            if len(new):
                old = self._tokens.cast(new.type)
                tokens = pa.concat_arrays([old, new])
                # Readers take the table first: its ids are valid in longer tokens.
                table = make_table(tokens)
                self._tokens, self._table = tokens, table
        return len(new)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the vocabulary to a file, in full or not at all.

        The format is an Arrow IPC file with one column, `token`, and JSON under the key
        `hotrow` of its schema's metadata. The guide says more.

        Args:
            path: Of the file. One that is there is replaced.
        """
        about = files.About(
            padding=self.padding,
            unknown=self.unknown,
            normalize=self.normalize,
            lowercase=self.lowercase,
        )
        files.write(path, self._tokens, about)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, memory_map: bool = True) -> Self:
        """Reads a vocabulary that `save` wrote. No code of the file is run.

        Args:
            path: Of the file.
            memory_map: Whether the tokens stay in the file and are read as they are
                needed; the file must not be changed in place then. Defaults to `True`.

        Raises:
            ValueError: If the file is not such a file, or not a whole one.
        """
        tokens, about = files.read(path, memory_map)
        try:
            return cls(from_arrow(tokens), **about.arguments())
        except ValueError as error:
            raise files.bad_file(path, str(error)) from error

    def to_text(self, path: str | os.PathLike[str]) -> None:
        """Writes the tokens to a text file in UTF-8, one a line, without special ids.

        Args:
            path: Of the file. One that is there is replaced.
        """
        text_files.write_text(path, self._tokens.to_pylist())

    @classmethod
    def from_text(
        cls, path: str | os.PathLike[str], *, integers: bool = False, **settings: Any
    ) -> Self:
        """Reads a text file in UTF-8 that has one token a line, in the order of ids.

        Args:
            path: Of the file.
            integers: Whether the tokens are integers. Defaults to `False`.
            **settings: `padding`, `unknown`, `normalize` and `lowercase`, as for the
                class.
        """
        return cls(text_files.read_text(path, integers), **settings)

    def to_keras(self) -> dict[str, Any]:
        """Returns the arguments of the `StringLookup` that gives the same ids.

        For integers, those of the `IntegerLookup`, whose mask is the integer 0.
        """
        if self._rules:
            raise ValueError(
                "A lookup layer of Keras does not change strings. Received: a "
                f"vocabulary with normalize={self.normalize!r} and "
                f"lowercase={self.lowercase}. Change the strings before the layer, and "
                "pass it `vocab.tokens.to_pylist()`."
            )
        tokens = self._tokens.to_pylist()
        return text_files.to_keras(tokens, self.padding, self.unknown)

    @classmethod
    def from_keras(cls, layer: Any) -> Self:
        """Makes the vocabulary that gives the ids of a lookup layer of Keras.

        Args:
            layer: A `StringLookup` or `IntegerLookup` with at most one id of unknown.
        """
        tokens, padding, unknown = text_files.from_keras(layer)
        return cls(tokens, padding=padding, unknown=unknown)

    @property
    def tokens(self) -> Any:
        """The tokens in the order of their ids, as a pyarrow array."""
        return self._tokens

    @property
    def normalize(self) -> str | None:
        """The form of Unicode that strings are brought to, or None."""
        return self._rules.normalize

    @property
    def lowercase(self) -> bool:
        """Whether strings are put in lower case."""
        return self._rules.lowercase

    @property
    def padding_id(self) -> int | None:
        """The id of padding: 0, or None."""
        return 0 if self.padding else None

    @property
    def unknown_id(self) -> int | None:
        """The id of unknown and missing tokens, or None."""
        return int(self.padding) if self.unknown else None

    def __len__(self) -> int:
        return len(self._tokens) + self._first

    def __contains__(self, token: Any) -> bool:
        batch = read([token]).tokens
        if batch.null_count or batch.type != self._tokens.type:
            return False
        return bool(self._table.find(self._rules.apply(batch))[0] >= 0)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        mine = (self.padding, self.unknown, self._rules)
        same = mine == (other.padding, other.unknown, other._rules)
        return same and bool(self._tokens.equals(other._tokens))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        some = ", ".join(repr(token) for token in self._tokens[:3].to_pylist())
        more = ", ..." if len(self._tokens) > 3 else ""
        return f"<hotrow.Vocabulary of {len(self)} ids: {some}{more}>"

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        del state["_lock"], state["_table"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()
        self._table = make_table(self._tokens)

    @property
    def _first(self) -> int:
        return self.padding + self.unknown

    @property
    def _dtype(self) -> type[np.signedinteger]:
        return id_dtype(len(self))

    def _ids(self, tokens: Any) -> np.ndarray:
        table, known = self._table, self._tokens
        tokens = as_kind(self._rules.apply(tokens), known.type, "the vocabulary holds")
        if tokens.null_count and not self.unknown:
            raise missing_error(tokens)
        if len(known) == 0 or pa.types.is_null(tokens.type):
            positions: np.ndarray = np.full(len(tokens), -1, np.int64)
        else:
            positions = table.find(tokens)
        if tokens.null_count:
            missing = tokens.is_null().to_numpy(zero_copy_only=False)
            positions[missing] = -1
        if not self.unknown and positions.size and positions.min() < 0:
            raise unknown_error(tokens, positions, known)
        ids = positions.astype(self._dtype, copy=False)
        ids += self._first
        # Position -1 has become the id below that of the first token: unknown.
        return ids


def id_dtype(size: int) -> type[np.signedinteger]:
    """Returns the dtype of the ids from 0 to `size - 1`."""
    return np.int32 if size <= 2**31 else np.int64


def _room(max_size: int | None, padding: bool, unknown: bool) -> int | None:
    """Returns how many tokens fit beside the ids of padding and unknown."""
    if max_size is None:
        return None
    return max(0, as_size(max_size, "max_size") - bool(padding) - bool(unknown))
