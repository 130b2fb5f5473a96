"""`Vocabulary`: tokens to ids and back."""

from typing import Any, Self

import numpy as np

from hotrow_common.arguments import as_size
from hotrow_common.arrow import pa
from hotrow_vocabulary import shapes
from hotrow_vocabulary.counting import add_counts, count
from hotrow_vocabulary.data_files import count_files
from hotrow_vocabulary.decoding import as_ids
from hotrow_vocabulary.inputs import is_batches, read
from hotrow_vocabulary.known import Known
from hotrow_vocabulary.oov_errors import missing_error, oov_error
from hotrow_vocabulary.options import VocabularyOptions
from hotrow_vocabulary.ordering import one_array, ordered
from hotrow_vocabulary.tokens import as_kind
from hotrow_vocabulary.vocabulary_io import VocabularyIO
from hotrow_vocabulary.vocabulary_state import id_dtype


class Vocabulary(VocabularyIO):
    """Turns strings or integers into ids and back.

    Id 0 is padding and 1 is for out-of-vocabulary tokens; then come the tokens by
    falling count, ties by value, so that the same data gives the same ids in whatever
    order or parts it comes.
    Ids are int32 (int64 where they pass 2**31), and `len(vocab)` is what a layer takes
    as `input_dim`.

    Tokens are strings, or integers from -2**63 to 2**63 - 1. `bytes` are strings in
    UTF-8; `bool` and whole floats are integers; `None`, NaN, `pandas.NA`, `NaT` and
    what a masked array hides are missing: out of vocabulary, and never a token. Strings
    and integers in one vocabulary are an error.

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
        reserve_padding: Whether id 0 is padding. Defaults to `True`.
        reserve_oov: Whether there is an id for out-of-vocabulary tokens: 1, or 0
            without padding. Without it, such a token is an error. Defaults to `True`.
        normalize: A form of Unicode that strings are brought to before they are looked
            up: `"NFC"`, `"NFD"`, `"NFKC"` or `"NFKD"`. Defaults to `None`, as they are.
        lowercase: Whether to put each character in lower case first. Defaults to
            `False`.

    Raises:
        ValueError: If an argument is not as above, or a token stands twice.
        ImportError: If the package pyarrow is not installed.
    """

    @classmethod
    def fit(
        cls,
        values: Any,
        *,
        min_count: int = 1,
        max_size: int | None = None,
        **options: Any,
    ) -> Self:
        """Makes the vocabulary of some data.

        Args:
            values: Tokens in a list, a NumPy array, a pandas or polars Series, an Arrow
                array or anything else with the Arrow PyCapsule interface, of any shape;
                or an iterable of batches of these, such as a generator over data that
                does not fit in memory.
            min_count: Tokens that occur less often are left out. Defaults to 1.
            max_size: Maximum of `len(vocab)`, the ids of padding and out-of-vocabulary
                tokens included; the most frequent tokens are kept. Defaults to `None`,
                no limit.
            **options: `reserve_padding`, `reserve_oov`, `normalize` and `lowercase`,
                as for the class.
        """
        about = VocabularyOptions(**options)
        room = about.room(max_size)
        counts = count(values, normalize=about.normalize, lowercase=about.lowercase)
        return cls._of(ordered(counts, min_count, room), about)

    @classmethod
    def from_counts(
        cls,
        counts: Any,
        *,
        min_count: int = 1,
        max_size: int | None = None,
        **options: Any,
    ) -> Self:
        """Makes a vocabulary of counts: one table, or several that are added up.

        Args:
            counts: A table with the columns `token` and `count` (pyarrow, pandas,
                polars), as `hotrow.count` returns it; a dict of tokens and counts; or
                an iterable of these, such as those of several machines.
            min_count: Least count, as for `fit`; compared with the sum.
            max_size: Maximum size, as for `fit`.
            **options: As for `fit`.
        """
        about = VocabularyOptions(**options)
        room = about.room(max_size)
        counts = add_counts(counts, about.rules)
        return cls._of(ordered(counts, min_count, room), about)

    @classmethod
    def from_files(
        cls,
        paths: Any,
        column: str,
        *,
        memory_limit: str = "400MB",
        min_count: int = 1,
        max_size: int | None = None,
        **options: Any,
    ) -> Self:
        """Makes the vocabulary of a column of files, which may be larger than memory.

        Needs DuckDB (`pip install 'hotrow[duckdb]'`), which writes to disk what does
        not fit in its share of memory.

        Args:
            paths: A Parquet or CSV file, a path with wildcards such as
                `"data/*.parquet"`, or a list of these.
            column: The name of the column.
            memory_limit: Memory that DuckDB may use beside the vocabulary. Defaults
                to `"400MB"`.
            min_count: Least count, as for `fit`.
            max_size: Maximum size, as for `fit`.
            **options: As for `fit`.
        """
        about = VocabularyOptions(**options)
        least, room = as_size(min_count, "min_count"), about.room(max_size)
        if about.rules:
            # What differs in the files may be one token: the limits come after the sum.
            counts = count_files(paths, column, memory_limit, in_order=False)
            tokens = ordered(add_counts(counts, about.rules), least, room)
        else:
            parts = count_files(paths, column, memory_limit, least, room)
            chunks = [one_array(part["token"]) for part in parts]
            tokens = pa.concat_arrays(chunks) if chunks else pa.nulls(0)
        return cls._of(tokens, about)

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
                `ragged` is given; or, with
                `reserve_oov=False`, for an out-of-vocabulary token.
        """
        batches = is_batches(values)
        shapes.check(length, ragged, self._options.reserve_padding, batches)
        if batches:
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
            A NumPy array of objects: `str` or `int`; `None` for padding,
                out-of-vocabulary and masked ids.

        Raises:
            ValueError: If an id is out of range, or is no integer.
        """
        # One look at the tokens: another thread may add some.
        tokens, first = self.tokens, self._options.first
        array, hidden = as_ids(ids, len(tokens) + first)
        places = array.reshape(-1) - first
        if hidden is not None:
            places[hidden.reshape(-1)] = -1
        found = tokens.take(pa.array(np.maximum(places, 0), mask=places < 0))
        result = np.empty(places.size, object)
        result[:] = found.to_pylist()
        return result.reshape(array.shape)

    def grow(self, values: Any, *, min_count: int = 1) -> int:
        """Adds the tokens of more data; the ids of old tokens stay as they are.

        New tokens get the ids from `len(vocab)` on, by falling count in `values`, ties
        by value. A layer made with the old `len(vocab)` has no rows for them:
        `docs/vocabulary.md` shows how to enlarge its table.

        Args:
            values: Tokens, as `fit` takes them.
            min_count: New tokens that occur less often are left out. Defaults to 1.

        Returns:
            How many tokens were added.
        """
        counts = count(values, normalize=self.normalize, lowercase=self.lowercase)
        tokens = ordered(counts, min_count, None)
        with self._growing:
            known = self._known
            new = as_kind(tokens, known.tokens.type, "the vocabulary holds")
            new = new.filter(pa.array(known.find(new) < 0))
            if len(new):
                old = known.tokens.cast(new.type)
                # One assignment: who reads at the same time sees the old or the new.
                self._known = Known(pa.concat_arrays([old, new]), distinct=True)
        return len(new)

    def _ids(self, tokens: Any) -> np.ndarray:
        known, options = self._known, self._options
        if tokens.null_count and not options.reserve_oov:
            raise missing_error(tokens)
        tokens = options.rules.apply(tokens)
        positions = known.find(tokens)
        if not options.reserve_oov and positions.size and positions.min() < 0:
            raise oov_error(tokens, positions, known.tokens)
        # Position -1 becomes the id below that of the first token: out of vocabulary.
        ids = positions.astype(id_dtype(len(known.tokens) + options.first), copy=False)
        ids += options.first
        return ids
