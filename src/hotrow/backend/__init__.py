"""The seam between Hotrow and its three backends.

`contract.py` documents each function. The folders `jax`, `tensorflow` and `torch`
define them in files of the same names, and nothing else in the package imports a
backend. This module loads the one that Keras runs on, and no other.

A new function takes five edits: its contract, a definition in each folder, and a line
here.
"""

import importlib
from typing import Any

import keras

from hotrow.backend import contract

SUPPORTED = ("jax", "tensorflow", "torch")

_name = keras.backend.backend()
if _name not in SUPPORTED:
    raise ImportError(
        f"Hotrow runs on the Keras backends {', '.join(SUPPORTED)}. Received: "
        f"KERAS_BACKEND={_name!r}. Set the environment variable KERAS_BACKEND to one "
        "of these before Keras is imported."
    )


def _load(file: str) -> Any:
    return importlib.import_module(f"hotrow.backend.{_name}.{file}")


_bad_ids: contract.BadIds = _load("bad_ids")
_lookup: contract.Lookup = _load("lookup")
_pending: contract.Pending = _load("pending")
_tracing: contract.Tracing = _load("tracing")
_training: contract.Training = _load("training")

new_bad_id_state = _bad_ids.new_bad_id_state

map_values = _lookup.map_values
lookup_rows = _lookup.lookup_rows
watch_backward = _lookup.watch_backward
row_parts = _lookup.row_parts
to_dense = _lookup.to_dense
one_hot = _lookup.one_hot
unpack_int4 = _lookup.unpack_int4
dequantize = _lookup.dequantize
add_product = _lookup.add_product

PendingRows = _pending.PendingRows

SURVIVES_RAISE = _tracing.SURVIVES_RAISE
PARALLEL_METHODS = _tracing.PARALLEL_METHODS
peek = _tracing.peek
to_default_device = _tracing.to_default_device
fault_of_distribution = _tracing.fault_of_distribution
widest_int = _tracing.widest_int
around_train_step = _tracing.around_train_step
outside_step = _tracing.outside_step
sync = _tracing.sync

distinct = _training.distinct
is_touched = _training.is_touched
take_rows = _training.take_rows
put_rows = _training.put_rows
update = _training.update
gradient = _training.gradient
when = _training.when
make_leaf = _training.make_leaf
making_variables = _training.making_variables
