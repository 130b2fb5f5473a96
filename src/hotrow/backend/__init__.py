"""The seam between Hotrow and the three backends.

Each of `jax`, `tensorflow` and `torch` defines the same few names, in files of the same
names, and nothing else in the package imports a backend. This module loads the one that
Keras runs on, and only that one. The rows of a variable lie along its first axis, or
along its first `row_axes`, counted as one.

| name | is |
|---|---|
| `SURVIVES_RAISE` | may a layer raise inside a Keras training loop without loss? |
| `PARALLEL_METHODS` | methods of one model that several threads may run at once |
| `peek(x)` | the values of a tensor as NumPy, or None while they cannot be known |
| `widest_int()` | the dtype of the widest integers: "int64", or "int32" |
| `map_values(fn, x)` | `fn` of a tensor of any kind, ragged and sparse ones too |
| `lookup_rows(variable, ids, valid, by_rows, row_axes)` | rows; zeros if not `valid` |
| `one_hot(ids, depth, dtype)` | one-hot vectors; zeros where an id is -1 |
| `unpack_int4(packed)` | the two int4 numbers of each int8, in its place |
| `dequantize(codes, scale, zero)` | `(codes - zero) * scale`, or `codes / scale` |
| `add_product(rows, a, b, scale)` | `rows + scale * (a @ b)`, in few passes |
| `watch_backward(loss)` | `loss`, whose backward pass is one of a training step |
| `row_parts(gradient)` | the ids and rows that a gradient is made of, or None |
| `to_dense(gradient, shape)` | a gradient of any kind as a tensor |
| `distinct(ids, rows, count)` | each id once, and sums; `count` in unused places |
| `is_touched(rows)` | which rows are not all zeros |
| `take_rows(variable, ids, row_axes)` | a copy of rows; with None, of all of them |
| `put_rows(variable, ids, rows, where, row_axes)` | writes rows back, if `where` |
| `update(optimizer, grads, variables, views)` | runs the rule of an optimizer |
| `around_train_step(model, by_rows)` | around steps of the optimizers that it finds |
| `when(condition, fn, variables, reads, otherwise)` | `fn`, which sets variables |
| `PendingRows(steps, shape, dtype, name, is_dense)` | see below |
| `making_variables()` | a context for new variables, in which gradients reach them |
| `make_leaf(variable)` | has gradients reach a variable, wherever it was made |
| `outside_step()` | a context outside of what is being compiled |
| `gradient(fn, x)` | the gradient of a scalar function |
| `new_bad_id_state(name, error_type)` | where compiled code notes a bad id |
| `sync(model)` | brings a model's state back to its variables during `fit` |

`PendingRows` keeps the gradients of a table, of so many steps. `shape` is that of the
table with its rows along the first axis; `is_dense` says that they will be dense.

| name | is |
|---|---|
| `variables` | the state that a stateless step takes and returns |
| `reserve(ids, rows)` | makes room for a gradient, outside of `when` |
| `add(place, ids, rows)` | keeps that of a step; with None for ids, of all rows |
| `take(by_rows)` | all ids and rows, or None and all rows; `by_rows` if added so |
| `clear()` | forgets them |
| `numpy()`, `load(dense, place)` | their sum as one array, and back |
"""

import importlib
from typing import Any

import keras

SUPPORTED = ("jax", "tensorflow", "torch")

_name = keras.backend.backend()
if _name not in SUPPORTED:
    raise ImportError(
        f"Hotrow runs on the Keras backends {', '.join(SUPPORTED)}. Received: "
        f"KERAS_BACKEND={_name!r}. Set the environment variable KERAS_BACKEND to one "
        "of these before Keras is imported."
    )

_backend: Any = importlib.import_module(f"hotrow.backend.{_name}")

SURVIVES_RAISE: bool = _backend.SURVIVES_RAISE
PARALLEL_METHODS: frozenset[str] = _backend.PARALLEL_METHODS
PendingRows = _backend.PendingRows
peek = _backend.peek
widest_int = _backend.widest_int
map_values = _backend.map_values
lookup_rows = _backend.lookup_rows
watch_backward = _backend.watch_backward
row_parts = _backend.row_parts
to_dense = _backend.to_dense
distinct = _backend.distinct
is_touched = _backend.is_touched
take_rows = _backend.take_rows
put_rows = _backend.put_rows
update = _backend.update
around_train_step = _backend.around_train_step
when = _backend.when
make_leaf = _backend.make_leaf
making_variables = _backend.making_variables
outside_step = _backend.outside_step
gradient = _backend.gradient
one_hot = _backend.one_hot
unpack_int4 = _backend.unpack_int4
dequantize = _backend.dequantize
add_product = _backend.add_product
new_bad_id_state = _backend.new_bad_id_state
sync = _backend.sync
