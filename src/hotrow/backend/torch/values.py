"""Values of tensors on PyTorch, where they can be seen. Documented in `contract.py`."""

from typing import Any

import numpy as np
import torch

from hotrow import keras_compat


def has_no_values(x: Any) -> bool:
    """Returns whether a tensor has no values now, nor when this code runs."""
    if x.device.type == "meta" or torch.compiler.is_exporting():
        return True
    # Keras infers shapes on tensors of ones, which need not be ids at all.
    return keras_compat.in_symbolic_scope()


def peek(x: Any) -> np.ndarray | None:
    if torch.compiler.is_compiling() or is_transformed() or has_no_values(x):
        return None
    return to_numpy(x)


def is_transformed() -> bool:
    """Returns whether this runs within `torch.func`.

    There a tensor has the values of a whole batch, or none.
    """
    return torch._C._functorch.maybe_current_level() is not None


def to_numpy(x: Any) -> np.ndarray:
    """Returns the values of a tensor."""
    x = x.detach()
    # NumPy has no bfloat16 and no float8.
    narrow_float = x.dtype.is_floating_point and x.dtype.itemsize <= 2
    return (x.float() if narrow_float else x).cpu().numpy()
