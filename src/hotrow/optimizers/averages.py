"""The list of moving averages that an optimizer holds."""

from collections.abc import Callable, Iterator
from typing import Any


class Averages(list):
    """The averages of an optimizer, which catch up before someone goes through them.

    Keras does so where it uses them: in `finalize_variable_values`, and in
    `keras.callbacks.SwapEMAWeights`.
    """

    catch_up: Callable[[], None] | None = None

    def __iter__(self) -> Iterator[Any]:
        if self.catch_up is not None:
            self.catch_up()
        return super().__iter__()
