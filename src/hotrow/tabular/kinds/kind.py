"""Base classes of the kinds of columns: what each kind defines.

A kind says which columns are of it, fits the encoder of such a column, says how it
enters the network, and describes itself in reports. A new kind is one file with a
subclass of `UsedKind` (or of `LeftOutKind`, for columns that no model reads), and one
line in `registry.py`. Saved files hold the name of a kind: it never changes.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from hotrow.tabular.kinds.core.context import Context
from hotrow.tabular.kinds.core.evidence import Evidence
from hotrow.tabular.kinds.core.fit import Fit, FitOptions
from hotrow.tabular.kinds.core.found import Found, absent_of
from hotrow.tabular.kinds.core.given import AS_GIVEN
from hotrow.tabular.kinds.core.number_column import NumberColumn
from hotrow.tabular.values.numbers.detect import Reading


class Kind(ABC):
    """One kind of columns.

    `find_kind` asks all kinds, in the order of `registry.KINDS`, at each of four
    stages, and takes the first answer: `by_type` of every column; `by_numbers` if 95 %
    of the values are numbers; otherwise `by_format` if half of them have digits; and
    `by_text` if none of these gave an answer. A kind overrides the stages in which it
    can be recognized; a method that is not overridden recognizes nothing.

    Attributes:
        name: Name of the kind, as users write it and files hold it.
        meaning: Description of the kind in a few words, for the report.
        is_used: Whether a model reads columns of this kind.
        enters_as_ids: Whether such a column enters the network as ids, by an embedding;
            else it enters as numbers.
        needs_counts: Whether its encoder is fitted to the counts of its values, even
            where there are too many to count all.
        allows_lists: Whether values may be lists.
        allows_words: Whether one to three words that recur among the values are
            missing values.
    """

    name: ClassVar[str]
    meaning: ClassVar[str]
    is_used: ClassVar[bool]
    enters_as_ids: ClassVar[bool] = False
    needs_counts: ClassVar[bool] = False
    allows_lists: ClassVar[bool] = False
    allows_words: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """The name, with a remark if columns of this kind are left out."""
        return self.name if self.is_used else f"{self.name} (left out)"

    def by_type(self, known: Evidence) -> Found | None:
        """Recognizes a column by its Arrow type and by how many values there are."""
        return None

    def by_numbers(self, numbers: NumberColumn) -> Found | None:
        """Recognizes a column whose values are numbers."""
        return None

    def by_format(self, known: Evidence, context: Context) -> Found | None:
        """Recognizes a column whose values have digits and are no plain numbers.

        Args:
            known: What is known of the column, without words for missing values.
            context: What is known beside its values.
        """
        return None

    def by_text(self, known: Evidence) -> Found | None:
        """Recognizes a column of text, words for missing values included."""
        return None

    def with_warning(
        self, known: Evidence, found: Found, numbers: Reading | None
    ) -> Found:
        """Adds a warning to what `by_text` found, if the values look like another kind.

        Args:
            known: What is known of the column.
            found: What `by_text` returned.
            numbers: The way in which most of the values can be read as numbers.
        """
        return found

    @abstractmethod
    def as_given(self, known: Evidence, context: Context) -> Found:
        """Returns a column of this kind because the user says so.

        Args:
            known: What is known of the column, whatever its values look like.
            context: What is known beside its values.

        Raises:
            TableError: If most values cannot be of this kind.
        """


class UsedKind(Kind):
    """A kind of columns that a model reads."""

    is_used = True

    def as_given(self, known: Evidence, context: Context) -> Found:
        """Returns a column of this kind, in which words such as `NA` are missing."""
        return Found(self.name, AS_GIVEN, absent=absent_of(known, known.words()))

    @abstractmethod
    def fit(self, found: Found, options: FitOptions) -> Fit:
        """Returns the fit of the encoder of a column to its training rows."""


class LeftOutKind(Kind):
    """A kind of columns that no model reads."""

    is_used = False

    def as_given(self, known: Evidence, context: Context) -> Found:
        """Returns a column that is left out, whatever its values are."""
        return Found(self.name, f"left out, {AS_GIVEN}")
