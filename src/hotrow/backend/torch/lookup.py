"""Reading rows, and their gradients, on PyTorch. Documented in `contract.py`."""

import math
from collections.abc import Callable
from typing import Any

import keras
import torch

from hotrow.backend.torch.training import flat_rows
from hotrow.backend.torch.values import is_transformed


def map_values(fn: Callable, x: Any) -> Any:
    return fn(x)


def lookup_rows(
    variable: keras.Variable,
    ids: Any,
    valid: Any | None,
    by_rows: bool,
    row_axes: int = 1,
) -> Any:
    table = variable.value

    def read(ids: Any) -> Any:
        # A table that was made under `keras.device` may be elsewhere.
        where = ids.device
        ids = ids.to(table.device)
        if by_rows:
            rows = _LookUpByRows.apply(table, ids, row_axes)
        else:
            rows = _read(flat_rows(table, row_axes), ids)
        return rows.to(where)

    if valid is None:
        return read(ids)
    rows = read(torch.where(valid, ids, 0))
    wide = (1,) * (rows.ndim - valid.ndim)
    return torch.where(valid.reshape((*valid.shape, *wide)), rows, 0)


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
    def forward(table: Any, ids: Any, row_axes: int) -> Any:
        return _read(flat_rows(table, row_axes), ids)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, Any, int], output: Any) -> None:
        table, ids, row_axes = inputs
        ctx.save_for_backward(ids)
        ctx.shape, ctx.row_axes = table.shape, row_axes

    @staticmethod
    def vmap(info: Any, in_dims: Any, table: Any, ids: Any, row_axes: int) -> Any:
        if in_dims[0] is not None:
            raise ValueError(
                "RowSparse trains one table, and `torch.vmap` was given several. Call "
                "`torch.vmap` over the ids alone, or compile the model without "
                "RowSparse."
            )
        ids = ids.movedim(in_dims[1], 0)
        return _LookUpByRows.apply(table, ids, row_axes), 0

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> tuple[Any, None, None]:
        ids = ctx.saved_tensors[0].flatten()
        row_shape = ctx.shape[: ctx.row_axes]
        rows = gradient.reshape(-1, *ctx.shape[ctx.row_axes :])
        if torch._C._current_graph_task_id() != _step_backward:
            dense = rows.new_zeros((math.prod(row_shape), *rows.shape[1:]))
            return dense.index_add_(0, ids, rows).reshape(ctx.shape), None, None
        ids = ids.long()
        places = torch.unravel_index(ids, row_shape) if ctx.row_axes > 1 else (ids,)
        ids = torch.stack(places)
        sparse = torch.sparse_coo_tensor(ids, rows, ctx.shape, check_invariants=False)
        return sparse, None, None


def row_parts(gradient: Any) -> list[tuple[Any, Any]] | None:
    if not gradient.is_sparse:
        return None
    *outer, ids = gradient._indices()
    stride = 1
    for place, length in zip(
        reversed(outer), reversed(gradient.shape[1 : len(outer) + 1]), strict=True
    ):
        stride *= length
        ids = ids + place * stride
    return [(ids, gradient._values())]


def to_dense(gradient: Any, shape: tuple[int, ...]) -> Any:
    return gradient.to_dense() if gradient.is_sparse else gradient


def one_hot(ids: Any, depth: int, dtype: str) -> Any:
    hot = (ids >= 0).unsqueeze(-1)
    # Zeros like the ids: under `vmap` those have an axis that a plain tensor lacks.
    zeros = ids.new_zeros((*ids.shape, depth), dtype=getattr(torch, dtype))
    where = ids.clamp(min=0).long().unsqueeze(-1)
    # `vmap` has no rule for the one in place, which is faster.
    scatter = zeros.scatter if _is_mapped() else zeros.scatter_
    return scatter(-1, where, hot.to(zeros.dtype))


def _is_mapped() -> bool:
    # The compiler has no in-place code, and cannot trace the question.
    return torch.compiler.is_compiling() or is_transformed()


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
    flat = rows.reshape(-1, b.shape[-1])
    if _is_mapped():
        product = a.reshape(-1, b.shape[0]) @ b
        return (flat + scale * product).reshape(rows.shape)
    # In place, in the memory of the rows that were just read.
    return flat.addmm_(a.reshape(-1, b.shape[0]), b, alpha=scale).reshape(rows.shape)
