"""Functions on private names of Keras, and hooks around methods of Keras.

Keras has no public interface for these. `tests/keras_compat/` fails when Keras changes
one of them. `install` wraps the methods, and `uninstall` restores them.
"""

from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.layers.preprocessing.feature_space import TFDConcat as FeatureSpaceConcat
from keras.src.ops.nn import MultiHot as MultiHotOperation
from keras.src.ops.nn import OneHot as OneHotOperation
from keras.src.ops.numpy import Concatenate as ConcatenateOperation

from hotrow.keras_compat.graphs import (
    Graph,
    GraphNode,
    graph_of,
    has_mask,
    is_functional,
    is_plain_graph,
    takes_inputs_and_outputs,
)
from hotrow.keras_compat.layers import (
    CALLBACKS_FILE,
    TRAINING_STATE,
    embedding_table,
    int4_block_size,
    kernel_of,
    layers_in,
    new_state_allowed,
    no_autocast,
    replace_tracked,
    set_first_layer_shape,
    share_rnn_states,
    share_state,
    store_value,
    stored_value,
)
from hotrow.keras_compat.optimizers import (
    AVERAGES,
    accumulator_of,
    around_swaps,
    averages_of,
    built_on,
    clip_gradients,
    count_of_steps,
    decay_weights,
    decays_weight,
    fixed_learning_rate,
    is_multi,
    learning_rate_times,
    optimizer_of,
    overwrite_with_gradients,
    own_variables,
    place_in_optimizer,
    rule_scalars,
    set_averages,
    slots_of,
    standing_in,
    update_variables,
    with_gradient,
    without_accumulators,
)
from hotrow.keras_compat.patches import install, uninstall

__all__ = [
    "AVERAGES",
    "CALLBACKS_FILE",
    "TRAINING_STATE",
    "ConcatenateOperation",
    "FeatureSpaceConcat",
    "Graph",
    "GraphNode",
    "MultiHotOperation",
    "OneHotOperation",
    "accumulator_of",
    "around_swaps",
    "averages_of",
    "built_on",
    "clip_gradients",
    "count_of_steps",
    "decay_weights",
    "decays_weight",
    "embedding_table",
    "fixed_learning_rate",
    "get_stateless_scope",
    "graph_of",
    "has_mask",
    "in_symbolic_scope",
    "install",
    "int4_block_size",
    "is_functional",
    "is_multi",
    "is_plain_graph",
    "kernel_of",
    "layers_in",
    "learning_rate_times",
    "new_state_allowed",
    "no_autocast",
    "optimizer_of",
    "overwrite_with_gradients",
    "own_variables",
    "place_in_optimizer",
    "replace_tracked",
    "rule_scalars",
    "set_averages",
    "set_first_layer_shape",
    "share_rnn_states",
    "share_state",
    "slots_of",
    "standing_in",
    "store_value",
    "stored_value",
    "takes_inputs_and_outputs",
    "uninstall",
    "update_variables",
    "with_gradient",
    "without_accumulators",
]
