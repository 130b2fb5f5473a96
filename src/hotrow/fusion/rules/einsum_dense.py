"""`EinsumDense` after a one-hot."""

import string
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from hotrow import keras_compat
from hotrow.fusion.core.fused_layer import FusedLayer, in_place_of, quantization_refusal
from hotrow.fusion.core.plan import Plan
from hotrow.fusion.core.product import part_of_kernel, sum_rows, total


class _Axes(NamedTuple):
    """The axes of an equation, a letter each; `hot` is the last one of the input."""

    inputs: str
    kernel: str
    outputs: str

    @property
    def hot(self) -> str:
        return self.inputs[-1]

    @property
    def row_axes(self) -> int:
        """Number of the kernel's axes that come from the input: they count its rows."""
        return sum(axis in self.inputs for axis in self.kernel)


def _axes(equation: str, rank: int) -> _Axes:
    """Returns the axes of an equation for an input of so many axes."""
    left, outputs = equation.replace(" ", "").split("->")
    inputs, kernel = left.split(",")
    letters = [x for x in string.ascii_letters if x not in equation]
    more = "".join(letters[: rank - len(inputs.replace("...", ""))])
    return _Axes(inputs.replace("...", more), kernel, outputs.replace("...", more))


@in_place_of(keras.layers.EinsumDense)
class FusedEinsumDense(FusedLayer, keras.layers.EinsumDense):
    """Rows of the kernel, one for each position of the axes that it shares with ids.

    With `"abc,cd->abd"` that is `kernel[ids]`; with `"abc,bcd->ad"`, which has a kernel
    for each position `b`, it is the sum over `b` of `kernel[b, ids[:, b]]`.
    """

    ends_masks = True

    @classmethod
    def refusal(
        cls, layer: Any, plan: Plan, shape: tuple[int | None, ...]
    ) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        axes = _axes(layer.equation, len(shape))
        if axes.hot not in axes.kernel:
            return f"the equation {layer.equation!r} does not contract the one-hot axis"
        if axes.hot in axes.outputs:
            return f"the equation {layer.equation!r} keeps the one-hot axis"
        if any(axis not in axes.inputs for axis in axes.kernel[: axes.row_axes]):
            return (
                f"the equation {layer.equation!r} has a kernel whose first axes are "
                "not those of the input, so a category is no row of it"
            )
        if any(a not in axes.kernel + axes.outputs for a in axes.inputs):
            return f"the equation {layer.equation!r} sums over an axis of its input"
        return quantization_refusal(layer)

    def kernels(self) -> list[tuple[keras.Variable, int]]:
        """Returns the kernel."""
        if quantization_refusal(self):
            return []
        kernel = keras_compat.kernel_of(self)
        # A letter of the kernel is an axis of the input whatever "..." stands for.
        return [(kernel, _axes(self.equation, 26).row_axes)]

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Returns the output for the tensors of the plan."""
        if quantization_refusal(self):
            vectors = self.hot.vectors(inputs, self.compute_dtype)
            return super().call(vectors, training=training)
        x = total(self.hot.pick(inputs), self._of_ids, self._of_numbers)
        if self.bias is not None:
            x = ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def _of_ids(self, ids: Any, weights: Any | None) -> Any:
        kernel = keras_compat.kernel_of(self)
        axes = _axes(self.equation, len(ids.shape))
        outer = axes.inputs[:-1]
        lengths = dict(zip(axes.kernel, kernel.shape, strict=True))
        stride, strides = 1, {}
        for axis in reversed(axes.kernel[: axes.row_axes]):
            strides[axis] = stride
            stride *= lengths[axis]
        first = np.zeros((1,) * len(ids.shape), "int64")
        for at, axis in enumerate(outer):
            if axis in strides:
                shape = [1] * len(ids.shape)
                shape[at] = -1
                places = np.arange(lengths[axis]).reshape(shape)
                first = first + strides[axis] * places
        dtype = "int32" if stride < 2**31 else "int64"
        flat = ops.cast(ids, dtype) * strides[axes.hot]
        flat = ops.add(flat, first.astype(dtype))
        rows = sum_rows(
            kernel,
            ops.where(ids < 0, -1, flat),
            weights,
            self.compute_dtype,
            axes.row_axes,
        )
        return _arranged(rows, outer + axes.kernel[axes.row_axes :], axes.outputs)

    def _of_numbers(self, numbers: Any, places: Any) -> Any:
        kernel = keras_compat.kernel_of(self)
        axes = _axes(self.equation, len(numbers.shape))
        part = part_of_kernel(
            kernel,
            places,
            self.compute_dtype,
            axis=axes.kernel.index(axes.hot),
            row_axes=axes.row_axes,
        )
        return ops.einsum(self.equation, ops.cast(numbers, self.compute_dtype), part)


def _arranged(x: Any, axes: str, wanted: str) -> Any:
    """Sums over axes that are not wanted, and brings the others into order."""
    gone = tuple(at for at, axis in enumerate(axes) if axis not in wanted)
    if gone:
        x = ops.sum(x, axis=gone)
        axes = "".join(axis for axis in axes if axis in wanted)
    if axes == wanted:
        return x
    return ops.transpose(x, [axes.index(axis) for axis in wanted])
