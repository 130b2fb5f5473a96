"""RNN cells whose inputs were multiplied by their kernel before the loop.

The products of all steps are rows of the kernel, so they are looked up at once. What is
left of each cell is its recurrence, which is written here after its paper; a test holds
each against Keras's own cell.
"""

from typing import Any

import keras
from keras import ops


class ProjectedCell:
    """The recurrence of a cell of Keras, over inputs that are products already.

    Args:
        cell: The cell, which has the variables.
        dropped: Factor of the state: None, or the dropout mask of the cell,
            or a list of one for each gate.
    """

    def __init__(self, cell: Any, dropped: Any) -> None:
        self.cell = cell
        self.state_size = cell.state_size
        self.output_size = cell.output_size
        self.compute_dtype = cell.compute_dtype
        self._dropped = dropped

    def call(self, inputs: Any, states: Any, **_: Any) -> tuple[Any, Any]:
        """Returns the output and the states after one step."""
        raise NotImplementedError

    def with_bias(self, x: Any) -> Any:
        """Returns the products of all steps with the bias of the inputs added.

        Once for all steps: in the loop, the gradient of a bias costs as much as that of
        the state.
        """
        bias = self.cell.bias
        return x if bias is None else ops.add(x, bias)

    def __call__(self, inputs: Any, states: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Returns the output and the states after one step."""
        return self.call(inputs, states, **kwargs)

    def get_initial_state(self, batch_size: Any = None) -> Any:
        """Returns the states before the first step."""
        return self.cell.get_initial_state(batch_size=batch_size)

    def _recur(
        self, h: Any, gates: int, first: int = 0, last: int | None = None
    ) -> Any:
        """Returns the product of the state and the kernel's columns of some gates."""
        kernel = ops.convert_to_tensor(self.cell.recurrent_kernel)
        units, last = self.cell.units, gates if last is None else last
        if isinstance(self._dropped, (list, tuple)):
            parts = [
                ops.matmul(h * self._dropped[g], kernel[:, g * units : (g + 1) * units])
                for g in range(first, last)
            ]
            return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)
        if self._dropped is not None:
            h = h * self._dropped
        if (first, last) != (0, gates):
            kernel = kernel[:, first * units : last * units]
        return ops.matmul(h, kernel)


class ProjectedSimpleRNNCell(ProjectedCell):
    """`h = activation(x + h R + b)`."""

    def call(self, inputs: Any, states: Any, **_: Any) -> tuple[Any, Any]:
        """Returns the output and the states after one step."""
        cell = self.cell
        is_list = isinstance(states, (list, tuple))
        h = states[0] if is_list else states
        h = inputs + self._recur(h, 1)
        if cell.activation is not None:
            h = cell.activation(h)
        return h, [h] if is_list else h


class ProjectedGRUCell(ProjectedCell):
    """A gated recurrent unit.

    `z = s(x_z + h R_z)`, `r = s(x_r + h R_r)`, `n = a(x_n + (r * h) R_n)` and
    `h = z * h + (1 - z) * n`, biases left out; with `reset_after`,
    `n = a(x_n + r * (h R_n))`.

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for
    Statistical Machine Translation", 2014, https://arxiv.org/abs/1406.1078.
    """

    def with_bias(self, x: Any) -> Any:
        """Returns the products of all steps with the bias of the inputs added."""
        if not (self.cell.use_bias and self.cell.reset_after):
            return super().with_bias(x)
        return ops.add(x, ops.convert_to_tensor(self.cell.bias)[0])

    def call(self, inputs: Any, states: Any, **_: Any) -> tuple[Any, Any]:
        """Returns the output and the states after one step."""
        cell = self.cell
        is_list = isinstance(states, (list, tuple))
        h = states[0] if is_list else states
        x_z, x_r, x_n = ops.split(inputs, 3, axis=-1)
        if cell.reset_after:
            inner = self._recur(h, 3)
            if cell.use_bias:
                inner = inner + ops.convert_to_tensor(cell.bias)[1]
            h_z, h_r, h_n = ops.split(inner, 3, axis=-1)
        else:
            h_z, h_r = ops.split(self._recur(h, 3, 0, 2), 2, axis=-1)
        z = cell.recurrent_activation(x_z + h_z)
        r = cell.recurrent_activation(x_r + h_r)
        h_n = r * h_n if cell.reset_after else self._recur(r * h, 3, 2, 3)
        n = cell.activation(x_n + h_n)
        h = z * h + (1 - z) * n
        return h, [h] if is_list else h


class ProjectedLSTMCell(ProjectedCell):
    """A long short-term memory.

    `i, f, o = s(x + h R + b)`, `c = f * c + i * a(x_c + h R_c + b_c)` and `h = o *
    a(c)`.

    Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997,
    doi:10.1162/neco.1997.9.8.1735; with the forget gate of Gers et al., 2000,
    doi:10.1162/089976600300015015.
    """

    def call(self, inputs: Any, states: Any, **_: Any) -> tuple[Any, Any]:
        """Returns the output and the states after one step."""
        cell = self.cell
        h, c = states
        x = ops.add(inputs, self._recur(h, 4))
        x_i, x_f, x_c, x_o = ops.split(x, 4, axis=-1)
        i = cell.recurrent_activation(x_i)
        f = cell.recurrent_activation(x_f)
        c = f * c + i * cell.activation(x_c)
        h = cell.recurrent_activation(x_o) * cell.activation(c)
        return h, [h, c]


PROJECTED: dict[type, type[ProjectedCell]] = {
    keras.layers.SimpleRNNCell: ProjectedSimpleRNNCell,
    keras.layers.GRUCell: ProjectedGRUCell,
    keras.layers.LSTMCell: ProjectedLSTMCell,
}
