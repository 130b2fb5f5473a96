"""Protocols of the error for a bad id."""

from typing import Any, Protocol


class BadIdError(Protocol):
    """An error that is made where the layer is called, and raised once a bad id shows.

    Attributes:
        layer_name: Name of the layer.
        input_dim: Number of rows.
        dtype: Dtype in which the layer received the ids.
    """

    @property
    def layer_name(self) -> str: ...
    @property
    def input_dim(self) -> int: ...
    @property
    def dtype(self) -> str: ...

    def __call__(self, value: Any) -> Exception:
        """Returns the error for a value."""


class BadIdErrorType(Protocol):
    """The class of such an error, which PyTorch makes anew in compiled code."""

    def __call__(self, layer_name: str, input_dim: int, dtype: str) -> BadIdError:
        """Returns the error of a layer."""
