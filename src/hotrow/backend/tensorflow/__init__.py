"""What differs on TensorFlow. The names are explained in `hotrow.backend`."""

from hotrow.backend.tensorflow.bad_ids import new_bad_id_state
from hotrow.backend.tensorflow.lookup import (
    add_product,
    dequantize,
    lookup_rows,
    map_values,
    one_hot,
    row_parts,
    to_dense,
    unpack_int4,
    watch_backward,
)
from hotrow.backend.tensorflow.pending import PendingRows
from hotrow.backend.tensorflow.tracing import (
    PARALLEL_METHODS,
    SURVIVES_RAISE,
    around_train_step,
    outside_step,
    peek,
    sync,
    widest_int,
)
from hotrow.backend.tensorflow.training import (
    distinct,
    gradient,
    is_touched,
    make_leaf,
    making_variables,
    put_rows,
    take_rows,
    update,
    when,
)

__all__ = [
    "PARALLEL_METHODS",
    "SURVIVES_RAISE",
    "PendingRows",
    "add_product",
    "around_train_step",
    "dequantize",
    "distinct",
    "gradient",
    "is_touched",
    "lookup_rows",
    "make_leaf",
    "making_variables",
    "map_values",
    "new_bad_id_state",
    "one_hot",
    "outside_step",
    "peek",
    "put_rows",
    "row_parts",
    "sync",
    "take_rows",
    "to_dense",
    "unpack_int4",
    "update",
    "watch_backward",
    "when",
    "widest_int",
]
