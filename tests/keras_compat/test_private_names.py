"""Fails loudly when Keras changes one of the private names that Hotrow touches.

If one of these fails under a new Keras, mend `hotrow/keras_compat/`: no other module
may touch a private name.
"""

import ast
from pathlib import Path

import keras
import numpy as np
import pytest

import hotrow
from hotrow import backend, keras_compat
from hotrow.optimizers.row_view import RowView

SOURCE = Path(hotrow.__file__).parent


def test_sequential_puts_an_input_before_a_layer_that_knows_its_shape():
    layer = keras.layers.Dense(2)
    keras_compat.set_first_layer_shape(layer, (3,))
    model = keras.Sequential([layer])
    assert model.built
    assert model.input_shape == (None, 3)


def test_an_embedding_keeps_its_table_where_we_look():
    layer = keras.layers.Embedding(5, 2)
    layer.build()
    assert keras_compat.embedding_table(layer) is layer.embeddings
    layer.enable_lora(1)
    assert isinstance(keras_compat.embedding_table(layer), keras.Variable)
    assert keras_compat.embedding_table(layer).shape == (5, 2)


def test_an_int4_embedding_says_how_many_columns_share_a_scale():
    layer = keras.layers.Embedding(5, 6)
    layer.build()
    layer.quantize("int4")
    block = keras_compat.int4_block_size(layer)
    scales = layer.embeddings_scale.shape
    assert scales == ((5,) if block is None else (5, -(-6 // block)))
    if hasattr(keras.quantizers, "Int4QuantizationConfig"):
        layer = keras.layers.Embedding(5, 6)
        layer.build()
        config = keras.quantizers.Int4QuantizationConfig(block_size=2)
        layer.quantize("int4", config=config)
        assert keras_compat.int4_block_size(layer) == 2


def test_a_layer_that_is_built_takes_new_weights_only_when_allowed():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ValueError, match="cannot add new elements of state"):
        layer.add_weight(shape=(1,), name="extra")
    with keras_compat.new_state_allowed(layer):
        layer.add_weight(shape=(1,), name="extra")
    with pytest.raises(ValueError, match="cannot add new elements of state"):
        layer.add_weight(shape=(1,), name="more")


def test_the_scopes_can_be_seen():
    variable = keras.Variable(np.zeros(2))
    assert keras_compat.get_stateless_scope() is None
    assert not keras_compat.in_symbolic_scope()
    with keras.StatelessScope([(variable, np.ones(2))]) as scope:
        assert keras_compat.get_stateless_scope() is scope
    with keras.SymbolicScope():
        assert keras_compat.in_symbolic_scope()


def test_a_seed_generator_is_state_but_no_weight():
    layer = keras.layers.Dense(2)
    layer.generator = keras.random.SeedGenerator(0)
    layer.build((None, 3))
    assert any(v is layer.generator.state for v in layer.non_trainable_variables)
    assert len(layer.weights) == 2
    assert tuple(layer.generator.state.shape) == (2,)
    assert not layer.generator.state.numpy().any()


def built_adam(**kwargs):
    variables = [keras.Variable(np.ones((4, 2))), keras.Variable(np.ones(3))]
    optimizer = keras.optimizers.Adam(0.1, **kwargs)
    optimizer.build(variables)
    return optimizer, variables


def test_an_optimizer_shows_its_slots_and_variables():
    optimizer, variables = built_adam()
    slots = keras_compat.slots_of(optimizer, variables[0])
    assert len(slots) == 2
    assert {tuple(slot.shape) for slot in slots.values()} == {(4, 2)}
    assert [id(v) for v in keras_compat.built_on(optimizer)] == list(map(id, variables))
    own = keras_compat.own_variables(optimizer)
    assert {id(slot) for slot in slots.values()} <= {id(v) for v in own}


def test_every_optimizer_that_is_supported_shows_all_of_its_slots():
    from hotrow.optimizers.checks import ROW_BY_ROW

    variable = keras.Variable(np.ones((5, 2)))
    for cls in ROW_BY_ROW:
        optimizer = cls()
        optimizer.build([variable, keras.Variable(np.ones(3))])
        as_long = [v for v in optimizer.variables if tuple(v.shape[:1]) == (5,)]
        slots = keras_compat.slots_of(optimizer, variable)
        assert {id(v) for v in as_long} == {id(v) for v in slots.values()}, cls


def test_an_optimizer_goes_through_the_averages_that_it_is_given():
    class Watched(list):
        seen = 0

        def __iter__(self):
            self.seen += 1
            return super().__iter__()

    optimizer = keras.optimizers.SGD(0.1, use_ema=True)
    variable = keras.Variable(np.ones((4, 2)))
    optimizer.build([variable])
    averages = Watched(keras_compat.averages_of(optimizer))
    assert tuple(averages[0].shape) == (4, 2)
    averages[0].assign(np.full((4, 2), 3.0))
    averages.seen = 0
    keras_compat.set_averages(optimizer, averages)
    optimizer.finalize_variable_values([variable])
    assert averages.seen == 1
    np.testing.assert_array_equal(variable.numpy(), 3)
    slots = keras_compat.slots_of(optimizer, variable)
    assert slots[keras_compat.AVERAGES] is averages[0]


def test_an_optimizer_works_on_stand_ins_and_is_itself_afterwards():
    optimizer, (table, other) = built_adam()
    before = dict(vars(optimizer))
    slots = keras_compat.slots_of(optimizer, table)
    view = RowView(table, keras.ops.ones((2, 2)))
    views = {
        name: RowView(slot, keras.ops.zeros((2, 2))) for name, slot in slots.items()
    }
    with keras_compat.standing_in(optimizer, [(table, view, views)]):
        backend.update(
            optimizer,
            [keras.ops.ones(3)],
            [other],
            [(keras.ops.ones((2, 2)), view)],
        )
    np.testing.assert_allclose(keras.ops.convert_to_numpy(view.value), 0.9, rtol=1e-5)
    np.testing.assert_allclose(other.numpy(), 0.9, rtol=1e-5)
    assert (table.numpy() == 1).all()
    assert all((slot.numpy() == 0).all() for slot in slots.values())
    assert set(vars(optimizer)) == set(before)
    assert all(vars(optimizer)[name] is value for name, value in before.items())


def test_an_optimizer_is_itself_after_an_error():
    optimizer, (table, _) = built_adam()
    names = set(vars(optimizer))
    view = RowView(table, keras.ops.ones((2, 2)))
    with (
        pytest.raises(ZeroDivisionError),
        keras_compat.standing_in(optimizer, [(table, view, {})]),
    ):
        raise ZeroDivisionError
    assert set(vars(optimizer)) == names


def test_the_parts_of_a_step_of_an_optimizer():
    optimizer, variables = built_adam(clipvalue=0.5, weight_decay=0.1)
    grads = [keras.ops.ones((4, 2)), None]
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        grads, kept = keras_compat.with_gradient(optimizer, grads, variables)
    assert len(grads) == 1
    assert kept[0] is variables[0]
    (clipped,) = keras_compat.clip_gradients(optimizer, grads)
    assert float(keras.ops.max(clipped)) == 0.5
    assert keras_compat.decays_weight(optimizer, kept[0])
    keras_compat.decay_weights(optimizer, kept)
    np.testing.assert_allclose(kept[0].numpy(), 1 - 0.1 * 0.1, rtol=1e-6)
    keras_compat.update_variables(optimizer, [clipped], kept)
    np.testing.assert_allclose(kept[0].numpy(), 0.99 - 0.1, rtol=1e-5)
    assert keras_compat.overwrite_with_gradients(optimizer, grads, kept)[1] == kept
    assert not keras_compat.decays_weight(built_adam()[0], kept[0])


def test_an_optimizer_works_at_a_multiple_of_its_learning_rate():
    for rate in (0.1, keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)):
        optimizer = keras.optimizers.SGD(rate)
        variable = keras.Variable(np.ones(3))
        optimizer.build([variable])
        before = dict(vars(optimizer))
        with keras_compat.learning_rate_times(optimizer, 0.5):
            keras_compat.update_variables(optimizer, [keras.ops.ones(3)], [variable])
        np.testing.assert_allclose(variable.numpy(), 0.95, rtol=1e-6)
        assert vars(optimizer) == before
    assert keras_compat.fixed_learning_rate(optimizer) is None
    assert keras_compat.fixed_learning_rate(keras.optimizers.SGD(0.5)) == 0.5


def test_what_a_rule_keeps_for_all_variables():
    from hotrow.optimizers.checks import ROW_BY_ROW

    kept = {}
    for cls in ROW_BY_ROW:
        optimizer = cls()
        optimizer.build([keras.Variable(np.ones((5, 2)))])
        kept[cls.__name__] = len(keras_compat.rule_scalars(optimizer))
    assert {name for name, count in kept.items() if count} == {"Nadam"}


def test_a_multi_optimizer_says_which_optimizer_a_variable_has():
    if not hasattr(keras.optimizers, "MultiOptimizer"):
        assert not keras_compat.is_multi(keras.optimizers.SGD())
        return
    sgd, adam = keras.optimizers.SGD(), keras.optimizers.Adam()
    chosen = keras.optimizers.OptimizerMap(sgd, {"b.*": adam})
    multi = keras.optimizers.MultiOptimizer(chosen)
    variables = [keras.Variable(np.ones(2), name=name) for name in "ab"]
    multi.build(variables)
    assert keras_compat.is_multi(multi)
    assert not keras_compat.is_multi(sgd)
    assert keras_compat.optimizer_of(multi, variables[0]) is sgd
    assert keras_compat.optimizer_of(multi, variables[1]) is adam


def test_no_other_module_touches_keras_src():
    found = [
        path.relative_to(SOURCE)
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras.")
    ]
    assert {path.parts[0] for path in found} == {"keras_compat"}


def test_the_graph_of_a_model():
    x = keras.Input((4,), dtype="int32")
    hot = hotrow.OneHot(5, mask_zero=True)(x)
    lstm = keras.layers.LSTM(2)
    model = keras.Model(x, {"y": lstm(hot)})
    graph = keras_compat.graph_of(model)
    assert graph.inputs is x
    assert list(graph.outputs) == ["y"]
    operations = [node.operation for node in graph.nodes]
    assert operations[-1] is lstm
    last = graph.nodes[-1]
    assert last.args == (hot,)
    # The mask that Keras filled in by itself is left out.
    assert "mask" not in last.kwargs
    assert last.outputs == [graph.outputs["y"]]
    assert keras_compat.has_mask(hot)
    assert not keras_compat.has_mask(last.outputs[0])
    sequential = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    (node,) = keras_compat.graph_of(sequential).nodes
    assert node.operation is sequential.layers[0]


def test_a_mask_of_the_user_s_own_stays_in_the_graph():
    x, mask = keras.Input((4, 3)), keras.Input((4,), dtype="bool")
    model = keras.Model([x, mask], keras.layers.LSTM(2)(x, mask=mask))
    assert keras_compat.graph_of(model).nodes[-1].kwargs["mask"] is mask


def test_which_models_have_a_graph():
    class Sub(keras.Model):
        pass

    class Own(keras.Model):
        def __init__(self, units):
            x = keras.Input((2,))
            super().__init__(x, keras.layers.Dense(units)(x))

    assert keras_compat.is_functional(keras.Sequential())
    assert keras_compat.is_functional(Own(2))
    assert not keras_compat.is_functional(Sub())
    assert keras_compat.is_plain_graph(_dense_model())
    assert not keras_compat.is_plain_graph(Own(2))
    assert not keras_compat.takes_inputs_and_outputs(Own)
    assert keras_compat.takes_inputs_and_outputs(type(_dense_model()))


def _dense_model():
    x = keras.Input((2,))
    return keras.Model(x, keras.layers.Dense(3)(x))


def test_state_that_two_layers_share():
    first = keras.layers.GRU(2)
    first.build((None, 3, 4))
    second = keras.layers.GRU(2)
    own = second.cell
    keras_compat.share_state(second, first)
    assert second.cell is first.cell
    assert all(a is b for a, b in zip(second.weights, first.weights, strict=True))
    assert own not in list(keras_compat.layers_in(second))
    dense = keras.layers.Dense(2, use_bias=False)
    dense.build((None, 3))
    other = keras.layers.Dense(2, use_bias=False)
    keras_compat.share_state(other, dense)
    assert other.bias is None
    assert keras_compat.kernel_of(other) is dense.kernel


def test_states_of_an_rnn_that_two_layers_share():
    first = keras.layers.SimpleRNN(2, stateful=True)
    first.build((5, 3, 4))
    second = keras.layers.SimpleRNN(2, stateful=True)
    keras_compat.share_rnn_states(second, first)
    assert second.states[0] is first.states[0]


def test_a_variable_is_read_as_it_is_stored():
    layer = keras.layers.Dense(2, dtype="mixed_bfloat16")
    layer.build((None, 3))
    seen = []

    def call(x):
        seen.append(keras.ops.convert_to_tensor(layer.kernel).dtype)
        with keras_compat.no_autocast():
            seen.append(keras.ops.convert_to_tensor(layer.kernel).dtype)
        return x

    layer.call = call
    layer(np.zeros((1, 3), "float32"))
    names = [keras.backend.standardize_dtype(dtype) for dtype in seen]
    assert names[-2:] == ["bfloat16", "float32"]


def test_a_run_that_is_restored_starts_at_the_epoch_that_keras_keeps():
    assert keras_compat.TRAINING_STATE == ("_initial_epoch",)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model._initial_epoch = 2
    history = model.fit(np.ones((2, 1)), np.ones((2, 1)), epochs=4, verbose=0)
    assert history.epoch == [2, 3]


def test_operations_and_the_layer_of_feature_spaces_are_what_graphs_hold():
    x = keras.Input((2,), dtype="int32")
    one, many = keras.ops.one_hot(x, 3), keras.ops.multi_hot(x, 3)
    joined = keras.ops.concatenate([many, many], axis=-1)
    model = keras.Model(x, [one, joined])
    operations = {type(n.operation): n.operation for n in graph_nodes(model)}
    assert set(operations) == {
        keras_compat.OneHotOperation,
        keras_compat.MultiHotOperation,
        keras_compat.ConcatenateOperation,
    }
    hot = operations[keras_compat.OneHotOperation]
    assert (hot.num_classes, hot.axis, hot.sparse) == (3, -1, False)
    assert operations[keras_compat.MultiHotOperation].num_classes == 3
    assert operations[keras_compat.ConcatenateOperation].axis == -1
    space = keras.utils.FeatureSpace({"a": "float", "b": "float"})
    model = keras.Model(dict(space.get_inputs()), space.get_encoded_features())
    last = list(graph_nodes(model))[-1].operation
    assert type(last) is keras_compat.FeatureSpaceConcat
    assert last.axis == -1


def graph_nodes(model):
    return keras_compat.graph_of(model).nodes


def test_optimizers_leave_out_accumulators_and_count_all_steps():
    variables = [keras.Variable(np.ones(n, "float32")) for n in (2, 3)]

    def make():
        return keras.optimizers.Adam(gradient_accumulation_steps=2, use_ema=True)

    plain, ours = make(), make()
    plain.build(variables)
    before = keras.Optimizer.add_variable_from_reference
    with keras_compat.without_accumulators(lambda v: v is variables[0]) as left_out:
        ours.build(variables)
    assert keras.Optimizer.add_variable_from_reference is before
    ((optimizer, variable, place),) = left_out
    assert optimizer is ours
    assert variable is variables[0]
    accumulators = [keras_compat.accumulator_of(plain, v) for v in variables]
    assert plain.variables[place] is accumulators[0]
    shapes = [v.shape for v in plain.variables]
    assert [v.shape for v in ours.variables] == shapes[:place] + shapes[place + 1 :]
    assert keras_compat.accumulator_of(ours, variables[0]) is None
    assert keras_compat.accumulator_of(ours, variables[1]).shape == (3,)
    plain.apply([keras.ops.ones(2), keras.ops.ones(3)], variables)
    assert int(plain.iterations) == 0
    assert int(keras_compat.count_of_steps(plain)) == 1


def test_the_callback_that_swaps_averages_asks_first(monkeypatch):
    class Callback(keras.callbacks.SwapEMAWeights):
        pass

    monkeypatch.setattr(keras.callbacks, "SwapEMAWeights", Callback)
    # As it is before the first `RowSparse` is made.
    for name in ("_swap_variables", "_finalize_ema_values"):
        theirs = getattr(Callback, name)
        setattr(Callback, name, getattr(theirs, "_hotrow_wraps", theirs))
    seen = []
    keras_compat.around_swaps(
        lambda model: not seen.append(("swap", model)),
        lambda model: not seen.append(("finish", model)),
    )
    keras_compat.around_swaps(None, None)
    callback = Callback(swap_on_epoch=True)
    model = keras.Sequential([keras.Input((1,))])
    callback.set_model(model)
    callback.set_params({"epochs": 1})
    callback.on_epoch_end(0)
    assert seen == [("swap", model), ("finish", model)]
