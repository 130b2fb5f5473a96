"""Encoders out of values and the number of training rows that each has."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import (
    CodeLookup,
    Dates,
    Numbers,
    SplitLookup,
    TextLookup,
    ValueLookup,
)
from hotrow.tabular.encoders.dates import date_numbers
from hotrow.tabular.encoders.value_lookup import MISSING_TOKEN
from hotrow.tabular.profiling.kinds.found import Found
from hotrow.tabular.profiling.summary import Summary
from hotrow.tabular.profiling.value_counts import ValueCounts
from hotrow.tabular.values.lists import lengths_of, rows_with
from hotrow.tabular.values.missing import USUAL, Marks
from hotrow.tabular.values.numbers.native import differences_in, origin_of
from hotrow.tabular.values.numbers.number_format import PLAIN
from hotrow.tabular.values.values import labels
from hotrow_common.arrow import pa, pc
from hotrow_vocabulary.ordering import one_array
from hotrow_vocabulary.vocabulary import Vocabulary

MOST_WORDS = 20_000
LONGEST_TEXT = 200
MOST_PARTS = 50

# In tables of so many training rows, a value must be in two of them to get an id: the
# others train the id of unknown values.
_LARGE = 1000

# A float32 has 24 bits. Numbers that far from 0, in units of their spread, would lose
# six of them or more.
_OFF_CENTER = 64
# Squares and ratios of numbers of this size are still far from the ends of a float32.
_LEAST_SPREAD = 1e-12


def min_count(training: int) -> int:
    """Returns in how many training rows a value must be to get an id."""
    return 2 if training >= _LARGE else 1


def value_encoder(
    table: Any, missing: int, training: int, most: int, found: Found
) -> tuple[keras.Layer, np.ndarray]:
    """Returns the encoder of categories or codes, and how many rows have each id.

    Args:
        table: Of `ValueCounts`.
        missing: In how many training rows the value is missing.
        training: How many rows train.
        most: How many ids there are at most.
        found: The kind of the column.
    """
    tokens, counts = _labelled(*_trained(table))
    # Beside numbers, words stand for missing values; beside words, all but rare ones.
    words = found.marks.are_words(tokens)
    kept = counts >= min_count(training)
    absent = words & ~kept if found.kind == "categorical" else words
    missing_as = MISSING_TOKEN if missing else _missing_as(tokens, counts, words)
    missing += int(counts[absent].sum())
    kept &= ~absent
    # Values that were forgotten while counting are unknown, too.
    unknown = training - missing - int(counts[kept].sum())
    tokens, counts = tokens.filter(pa.array(kept)), counts[kept]
    if missing:
        # Where one row lacks a value, others will: it has an id in any case.
        tokens = pa.concat_arrays([tokens, pa.array([MISSING_TOKEN], tokens.type)])
        counts = np.append(counts, missing)
        missing_as = MISSING_TOKEN
    vocabulary = _vocabulary(tokens, counts, 1, most)
    totals = _by_id(vocabulary, tokens, counts)
    totals[1] += unknown
    kind = CodeLookup if found.kind == "code" else ValueLookup
    marks = found.marks.to_json()
    return kind(vocabulary, missing_as=missing_as, marks=marks), totals


def _labelled(tokens: Any, counts: np.ndarray) -> tuple[Any, np.ndarray]:
    """Returns values by the names that categories have, each once."""
    names = labels(tokens)
    if names.equals(tokens):
        return tokens, counts
    encoded = names.dictionary_encode()
    codes = encoded.indices.cast(pa.int64()).to_numpy()
    sums = np.bincount(codes, counts, len(encoded.dictionary))
    return encoded.dictionary, sums.astype(np.int64)


def _missing_as(tokens: Any, counts: np.ndarray, words: np.ndarray) -> str:
    """Returns the word that missing values are, if one is as frequent as others are.

    pandas reads a column in which `None` is a value as one in which values are missing.
    """
    if not words.any():
        return MISSING_TOKEN
    most = int(np.argmax(np.where(words, counts, 0)))
    return str(tokens[most]) if counts[most] >= counts.mean() else MISSING_TOKEN


class NumberFit:
    """Makes the encoder of numbers, value by value.

    Args:
        form: The format that they are written in.
        marks: What is missing in the column.
    """

    def __init__(self, form: Any = PLAIN, marks: Marks = USUAL) -> None:
        self._form, self._marks = form, marks
        self._summary = Summary()
        # Taken away from all numbers, which a float64 would round otherwise.
        self._origin: int | None = None

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        if self._origin is None:
            self._origin = origin_of(texts, self._form, self._marks)
        numbers = differences_in(texts, self._origin or 0, self._form, self._marks)
        self._summary.add(numbers, weights)

    @property
    def mean(self) -> float:
        """The mean of the numbers."""
        return float((self._origin or 0) + self._summary.mean)

    @property
    def std(self) -> float:
        """The standard deviation of the numbers; 1 where they do not differ."""
        return self._summary.std

    def encoder(self) -> Numbers:
        """Returns the encoder."""
        mean, std = self._summary.mean, self._summary.std
        quantiles = self._summary.quantiles()
        # Neither of them looks at the few numbers that are far from all others.
        middle = float(quantiles[len(quantiles) // 2])
        spread = float(quantiles[-2] - quantiles[1] or quantiles[-1] - quantiles[0])
        origin = self._origin or 0
        center = middle if abs(middle) > _OFF_CENTER * spread else 0.0
        center = float(int(center)) if origin else center
        scale = 1.0
        if spread and not _LEAST_SPREAD < spread < 1 / _LEAST_SPREAD:
            scale = 2.0 ** np.floor(np.log2(spread))
        return Numbers(
            (mean - center) / scale,
            std / scale,
            (quantiles - center) / scale,
            origin + int(center) if origin else center,
            scale,
            self._form.to_json(),
            self._marks.to_json(),
        )


class DateFit:
    """Makes the encoder of dates, value by value.

    Args:
        form: The format that they are written in.
        marks: What is missing in the column.
    """

    def __init__(self, form: Any, marks: Marks = USUAL) -> None:
        self._form, self._marks = form, marks
        self._summaries = [Summary(rounding=1e-9) for _ in range(7)]
        self._time = False

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        moments = self._form.read(texts)
        there = moments[~np.isnat(moments)].astype(np.int64)
        self._time = self._time or bool((there % 86400 != 0).any())
        for summary, column in zip(
            self._summaries, date_numbers(moments, True).T, strict=True
        ):
            summary.add(column, weights)

    def encoder(self) -> Dates:
        """Returns the encoder."""
        summaries = self._summaries[: 7 if self._time else 5]
        return Dates(
            self._form.to_json(),
            self._time,
            [summary.mean for summary in summaries],
            [summary.std for summary in summaries],
            np.stack([summary.quantiles() for summary in summaries], axis=1),
            self._marks.to_json(),
        )


class ListFit:
    """Makes the encoder of values with parts, or of words, list by list.

    Args:
        training: How many rows train.
        most: How many tokens get an id at most.
        memory: How many tokens and how many bytes are counted at most.
    """

    def __init__(self, training: int, most: int, memory: tuple[int, int]) -> None:
        self._training, self._most = training, most
        self._counts = ValueCounts(*memory)
        self._lengths = np.zeros(1, np.int64)

    def add(self, lists: Any, weights: np.ndarray) -> None:
        """Adds lists of tokens, and how many training rows have each."""
        tokens, counts = rows_with(lists, weights)
        kept = counts > 0
        zeros = np.zeros(int(kept.sum()), np.int64)
        self._counts.add_table(
            pa.table(
                {
                    "token": tokens.filter(pa.array(kept)),
                    "count": counts[kept],
                    "train": counts[kept],
                    "first": zeros,
                }
            )
        )
        lengths = np.bincount(lengths_of(lists), weights).astype(np.int64)
        size = max(len(lengths), len(self._lengths))
        total = np.zeros(size, np.int64)
        total[: len(lengths)] += lengths
        total[: len(self._lengths)] += self._lengths
        self._lengths = total

    def length(self, share: float, most: int) -> int:
        """Returns how many tokens hold the whole of a share of the rows with any."""
        lengths = self._lengths[1:]
        if not lengths.sum():
            return 1
        places = np.cumsum(lengths)
        return min(most, int(np.searchsorted(places, share * places[-1])) + 1)

    def vocabulary(self) -> tuple[Vocabulary, np.ndarray]:
        """Returns the vocabulary, and how many training rows have each id."""
        tokens, counts = _trained(self._counts.table())
        vocabulary = _vocabulary(tokens, counts, min_count(self._training), self._most)
        return vocabulary, _by_id(vocabulary, tokens, counts)


def text_encoder(fit: ListFit, found: Found) -> tuple[keras.Layer, np.ndarray]:
    """Returns the encoder of text, and how many training rows have each id."""
    vocabulary, counts = fit.vocabulary()
    length, marks = fit.length(0.95, LONGEST_TEXT), found.marks.to_json()
    return TextLookup(vocabulary, length=length, marks=marks), counts


def multi_encoder(fit: ListFit, found: Found) -> tuple[keras.Layer, np.ndarray]:
    """Returns the encoder of parts, and how many training rows have each id."""
    vocabulary, counts = fit.vocabulary()
    length = fit.length(0.999, MOST_PARTS)
    layer = SplitLookup(
        vocabulary,
        length=length,
        separator=found.separator,
        marks=found.marks.to_json(),
    )
    return layer, counts


def _trained(table: Any) -> tuple[Any, np.ndarray]:
    """Returns the values in training rows, and how many rows each has."""
    table = table.filter(pc.greater(table["train"], 0)).combine_chunks()
    return one_array(table["token"]), table["train"].to_numpy()


def _vocabulary(tokens: Any, counts: np.ndarray, least: int, most: int) -> Vocabulary:
    table = pa.table({"token": tokens, "count": pa.array(counts, pa.int64())})
    return Vocabulary.from_counts(table, min_count=least, max_size=most)


def _by_id(vocabulary: Vocabulary, tokens: Any, counts: np.ndarray) -> np.ndarray:
    ids = vocabulary.encode(tokens)
    return np.bincount(ids, counts, len(vocabulary)).astype(np.int64)
