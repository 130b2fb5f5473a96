"""Encoders out of values and the number of training rows that each has."""

from typing import Any

import keras
import numpy as np

from hotrow.tabular.encoders import Dates, Numbers, SplitLookup, TextLookup, ValueLookup
from hotrow.tabular.encoders.dates import date_numbers
from hotrow.tabular.encoders.value_lookup import MISSING_TOKEN
from hotrow.tabular.profiling.summary import Summary
from hotrow.tabular.profiling.value_counts import ValueCounts
from hotrow.tabular.values.lists import lengths_of, rows_with
from hotrow.tabular.values.read_dates import read_dates
from hotrow.tabular.values.read_numbers import read_numbers
from hotrow.vocabulary.arrow import pa, pc
from hotrow.vocabulary.ordering import one_array
from hotrow.vocabulary.vocabulary import Vocabulary

MOST_WORDS = 20_000
LONGEST_TEXT = 200
MOST_PARTS = 50

# In tables of so many training rows, a value must be in two of them to get an id: the
# others train the id of unknown values.
_LARGE = 1000


def min_count(training: int) -> int:
    """Returns in how many training rows a value must be to get an id."""
    return 2 if training >= _LARGE else 1


def value_encoder(
    table: Any, missing: int, training: int, most: int
) -> tuple[keras.Layer, np.ndarray]:
    """Returns the encoder of categories or codes, and how many rows have each id.

    Args:
        table: Of `ValueCounts`.
        missing: In how many training rows the value is missing.
        training: How many rows train.
        most: How many ids there are at most.
    """
    tokens, counts = _trained(table)
    kept = counts >= min_count(training)
    # Values that were forgotten while counting are unknown, too.
    unknown = training - missing - int(counts[kept].sum())
    tokens, counts = tokens.filter(pa.array(kept)), counts[kept]
    if missing:
        # Where one row lacks a value, others will: it has an id in any case.
        tokens = pa.concat_arrays([tokens, pa.array([MISSING_TOKEN], tokens.type)])
        counts = np.append(counts, missing)
    vocabulary = _vocabulary(tokens, counts, 1, most)
    totals = _by_id(vocabulary, tokens, counts)
    totals[1] += unknown
    return ValueLookup(vocabulary), totals


class NumberFit:
    """Makes the encoder of numbers, value by value."""

    def __init__(self) -> None:
        self._summary = Summary()

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        self._summary.add(read_numbers(texts), weights)

    def encoder(self) -> Numbers:
        """Returns the encoder."""
        mean, std = self._summary.mean, self._summary.std
        # A float32 has 24 bits: where numbers differ by less, they are centred first.
        center = float(round(mean)) if abs(mean) > 1e4 * std else 0.0
        return Numbers(mean - center, std, self._summary.quantiles() - center, center)


class DateFit:
    """Makes the encoder of dates, value by value."""

    def __init__(self, ways: tuple[str, ...]) -> None:
        self._ways = ways
        self._summaries = [Summary() for _ in range(7)]
        self._time = False

    def add(self, texts: Any, weights: np.ndarray) -> None:
        """Adds values, and how many training rows have each."""
        moments = read_dates(texts, self._ways)
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
            self._ways,
            self._time,
            [summary.mean for summary in summaries],
            [summary.std for summary in summaries],
            np.stack([summary.quantiles() for summary in summaries], axis=1),
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


def text_encoder(fit: ListFit) -> tuple[keras.Layer, np.ndarray]:
    """Returns the encoder of text, and how many training rows have each id."""
    vocabulary, counts = fit.vocabulary()
    return TextLookup(vocabulary, length=fit.length(0.95, LONGEST_TEXT)), counts


def multi_encoder(
    fit: ListFit, separator: str | None
) -> tuple[keras.Layer, np.ndarray]:
    """Returns the encoder of parts, and how many training rows have each id."""
    vocabulary, counts = fit.vocabulary()
    length = fit.length(0.999, MOST_PARTS)
    return SplitLookup(vocabulary, length=length, separator=separator), counts


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
