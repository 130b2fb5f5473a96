"""Bad ids in compiled and batched code on PyTorch. Documented in `contract.py`."""

from typing import Any

import torch

from hotrow.backend.bad_id_error import BadIdError, BadIdErrorType
from hotrow.backend.torch.values import has_no_values, to_numpy

# A compiled operator takes text and numbers only, so that the class stands here.
_error_type: BadIdErrorType | None = None


class BadIdState:
    """Raises for a bad id where a layer sees no values: compiled, or under `vmap`.

    They are there when the code runs, and an operator of our own looks at them.
    """

    def note(self, ids: Any, valid: Any, watched: bool, error: BadIdError) -> Any:
        """Returns `valid`, by way of a check that raises when the code runs."""
        if has_no_values(ids):
            return valid
        return _check_ids(ids, valid, error.layer_name, error.input_dim, error.dtype)

    def take(self) -> None:
        """Returns None: nothing is left to find after a call."""


@torch.library.custom_op("hotrow::check_ids", mutates_args=())  # type: ignore[untyped-decorator]
def _check_ids(
    ids: torch.Tensor,
    valid: torch.Tensor,
    layer_name: str,
    input_dim: int,
    dtype: str,
) -> torch.Tensor:
    if not valid.all():
        first = to_numpy(ids.flatten()[(~valid).flatten().nonzero()[0]])
        assert _error_type is not None
        raise _error_type(layer_name, input_dim, dtype)(first.item())
    return valid.clone()


@_check_ids.register_fake  # type: ignore[untyped-decorator]
def _(ids: Any, valid: Any, *_: Any) -> Any:
    return torch.empty_like(valid)


@_check_ids.register_vmap  # type: ignore[untyped-decorator]
def _(info: Any, in_dims: Any, ids: Any, valid: Any, *error: Any) -> Any:
    # Both come of the same ids, so both have the axis or neither.
    return _check_ids(ids, valid.movedim(in_dims[1], in_dims[0]), *error), in_dims[0]


def new_bad_id_state(name: str, error_type: BadIdErrorType) -> BadIdState:
    global _error_type
    _error_type = error_type
    return BadIdState()
