"""What differs on PyTorch. The names are explained in `hotrow.backend`."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch

from hotrow import keras_internals

SURVIVES_RAISE = True


def peek(x: Any) -> np.ndarray | None:
    if x.device.type == "meta" or torch.compiler.is_exporting():
        return None
    if keras_internals.in_symbolic_scope():
        # Keras infers shapes on tensors of ones, which need not be ids at all.
        return None
    x = x.detach()
    # NumPy has no bfloat16 and no float8.
    narrow_float = x.dtype.is_floating_point and x.dtype.itemsize <= 2
    return (x.float() if narrow_float else x).cpu().numpy()


def outside_graph(fn: Callable) -> Callable:
    return torch.compiler.disable(fn)


def map_values(fn: Callable, x: Any) -> Any:
    return fn(x)


def look_up(table: Any, ids: Any, valid: Any | None) -> Any:
    if valid is None:
        return _rows(table, ids)
    rows = _rows(table, torch.where(valid, ids, 0))
    return torch.where(valid.reshape(*valid.shape, *[1] * (table.ndim - 1)), rows, 0)


def _rows(table: Any, ids: Any) -> Any:
    if table.ndim == 2:
        return torch.nn.functional.embedding(ids, table)
    return torch.index_select(table, 0, ids.flatten()).reshape(ids.shape)


def one_hot(ids: Any, depth: int, dtype: str) -> Any:
    hot = (ids >= 0).unsqueeze(-1)
    zeros = torch.zeros(
        (*ids.shape, depth), dtype=getattr(torch, dtype), device=ids.device
    )
    where = ids.clamp(min=0).long().unsqueeze(-1)
    return zeros.scatter_(-1, where, hot.to(zeros.dtype))


def unpack_int4(packed: Any) -> Any:
    # Both numbers of a byte are put in an int16, since stacking int8 is slow.
    wide = packed.to(torch.int16)
    low = (wide << 12).bitwise_right_shift_(12).bitwise_and_(0xFF)
    high = wide.bitwise_right_shift_(4).bitwise_left_shift_(8)
    return low.bitwise_or_(high).view(torch.int8)


def dequantize(codes: Any, scale: Any, zero: Any | None) -> Any:
    # In place: memory that is new costs more than the arithmetic.
    rows = codes.to(scale.dtype)
    return rows.div_(scale) if zero is None else rows.sub_(zero).mul_(scale)


def add_product(rows: Any, a: Any, b: Any, scale: float) -> Any:
    # In place, in the memory of the rows that were just read.
    flat = rows.reshape(-1, b.shape[-1])
    return flat.addmm_(a.reshape(-1, b.shape[0]), b, alpha=scale).reshape(rows.shape)


def new_bad_id_state(name: str) -> None:
    """Nothing: a layer sees the values on PyTorch, and raises at once."""


def sync(model: keras.Model) -> None:
    """Nothing to do: training updates the variables themselves."""
