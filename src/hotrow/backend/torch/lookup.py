"""Reading rows, and their gradients, on PyTorch. The names: `hotrow.backend`."""

from collections.abc import Callable
from typing import Any

import keras
import torch


def map_values(fn: Callable, x: Any) -> Any:
    return fn(x)


def look_up(
    variable: keras.Variable, ids: Any, valid: Any | None, by_rows: bool
) -> Any:
    table = variable.value
    read = _LookUpByRows.apply if by_rows else _read
    if valid is None:
        return read(table, ids)
    rows = read(table, torch.where(valid, ids, 0))
    return torch.where(valid.reshape((*valid.shape, *[1] * (table.ndim - 1))), rows, 0)


def _read(table: Any, ids: Any) -> Any:
    if table.ndim == 2:
        return torch.nn.functional.embedding(ids, table)
    rows = torch.index_select(table, 0, ids.flatten())
    return rows.reshape((*ids.shape, *table.shape[1:]))


# The number that PyTorch gave the backward pass of the last training step.
_step_backward: int | None = None


class _WatchBackward(torch.autograd.Function):
    """A loss, whose backward pass is one of a training step."""

    @staticmethod
    def forward(ctx: Any, loss: Any) -> Any:
        return loss.view_as(loss)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        global _step_backward
        _step_backward = torch._C._current_graph_task_id()
        return gradient


def watch_backward(loss: Any) -> Any:
    return _WatchBackward.apply(loss)


class _LookUpByRows(torch.autograd.Function):
    """A lookup whose gradient is sparse in a training step, and dense elsewhere."""

    @staticmethod
    def forward(ctx: Any, table: Any, ids: Any) -> Any:
        ctx.save_for_backward(ids)
        ctx.shape = table.shape
        return _read(table, ids)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> tuple[Any, None]:
        ids = ctx.saved_tensors[0].flatten()
        rows = gradient.reshape(-1, *ctx.shape[1:])
        if torch._C._current_graph_task_id() != _step_backward:
            return rows.new_zeros(ctx.shape).index_add_(0, ids, rows), None
        ids = ids.long().unsqueeze(0)
        sparse = torch.sparse_coo_tensor(ids, rows, ctx.shape, check_invariants=False)
        return sparse, None


def row_parts(gradient: Any) -> list[tuple[Any, Any]] | None:
    if not gradient.is_sparse:
        return None
    return [(gradient._indices()[0], gradient._values())]


def to_dense(gradient: Any, shape: tuple[int, ...]) -> Any:
    return gradient.to_dense() if gradient.is_sparse else gradient


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
