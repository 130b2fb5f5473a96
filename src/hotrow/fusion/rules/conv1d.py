"""`Conv1D` after a one-hot."""

from typing import Any

import keras
from keras import ops

from hotrow import keras_compat
from hotrow.fusion.core.fused_layer import FusedLayer, in_place_of, quantization_refusal
from hotrow.fusion.core.plan import Plan
from hotrow.fusion.core.product import part_of_kernel, sum_rows, total


@in_place_of(keras.layers.Conv1D)
class FusedConv1D(FusedLayer, keras.layers.Conv1D):
    """A convolution of ids: for each place of the window, a row of the kernel.

    `output[t] = activation(sum_j kernel[j, ids[t * stride + j * dilation]] + bias)`,
    with no row for a place in the padding. The rows of a kernel of shape `(window,
    categories, filters)` lie along its first two axes.
    """

    ends_masks = True

    @classmethod
    def refusal(
        cls, layer: Any, plan: Plan, shape: tuple[int | None, ...]
    ) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can."""
        if layer.data_format != "channels_last":
            return "its channels come first, so the one-hot axis is not its channels"
        if layer.groups != 1:
            return f"it has groups={layer.groups}"
        if len(shape) != 3:
            return f"its input has {len(shape)} axes, and fuse knows 3"
        return quantization_refusal(layer)

    def kernels(self) -> list[tuple[keras.Variable, int]]:
        """Returns the kernel."""
        kernel = keras_compat.kernel_of(self)
        return [] if quantization_refusal(self) else [(kernel, 2)]

    def call(self, inputs: Any) -> Any:
        """Returns the output for the tensors of the plan."""
        if quantization_refusal(self):
            return super().call(self.hot.vectors(inputs, self.compute_dtype))
        x = total(self.hot.pick(inputs), self._of_ids, self._of_numbers)
        if self.use_bias:
            x = ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def _of_ids(self, ids: Any, weights: Any | None) -> Any:
        width = self.hot.width
        kernel = keras_compat.kernel_of(self)
        dtype = "int32" if kernel.shape[0] * width < 2**31 else "int64"
        # Ids from 1, so that what padding adds is "none".
        windows = self._windows(ops.cast(ids, dtype) + 1) - 1
        firsts = ops.arange(kernel.shape[0], dtype=dtype)[:, None] * width
        rows = ops.where(windows < 0, -1, windows + firsts)
        flat = (*ops.shape(windows)[:2], kernel.shape[0] * ids.shape[-1])
        if weights is not None:
            weights = ops.reshape(self._windows(weights), flat)
        return sum_rows(
            kernel, ops.reshape(rows, flat), weights, self.compute_dtype, row_axes=2
        )

    def _windows(self, x: Any) -> Any:
        """Returns `(batch, steps, window, count)` of `(batch, length, count)`."""
        (size,), (stride,) = self.kernel_size, self.strides
        (dilation,) = self.dilation_rate
        length = x.shape[1] if x.shape[1] is not None else ops.shape(x)[1]
        reach = dilation * (size - 1) + 1
        if self.padding == "same":
            steps = (length + stride - 1) // stride
            missing = (steps - 1) * stride + reach - length
            is_known = isinstance(missing, int)
            missing = max(missing, 0) if is_known else ops.maximum(missing, 0)
            before, after = missing // 2, missing - missing // 2
        else:
            before, after = (reach - 1 if self.padding == "causal" else 0), 0
            steps = (length + before - reach) // stride + 1
        x = _padded(x, before, after)
        last = (steps - 1) * stride + 1
        return ops.stack(
            [x[:, j * dilation : j * dilation + last : stride] for j in range(size)],
            axis=2,
        )

    def _of_numbers(self, numbers: Any, places: Any) -> Any:
        kernel = keras_compat.kernel_of(self)
        part = part_of_kernel(kernel, places, self.compute_dtype, axis=1, row_axes=2)
        x, padding = ops.cast(numbers, self.compute_dtype), self.padding
        if padding == "causal":
            reach = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            x, padding = ops.pad(x, [[0, 0], [reach, 0], [0, 0]]), "valid"
        return ops.conv(
            x,
            part,
            strides=list(self.strides),
            padding=padding,
            dilation_rate=self.dilation_rate,
            data_format="channels_last",
        )


def _padded(x: Any, before: Any, after: Any) -> Any:
    if isinstance(before, int) and isinstance(after, int):
        if not (before or after):
            return x
        return ops.pad(x, [[0, 0], [before, after], [0, 0]])
    # Of a length that is not known before the layer runs.
    shape = ops.shape(x)
    parts = [ops.zeros((shape[0], n, shape[2]), x.dtype) for n in (before, after)]
    return ops.concatenate([parts[0], x, parts[1]], axis=1)
