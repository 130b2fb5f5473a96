"""Keras's own tests of its embedding layers, out of its wheel, run on Hotrow's layers.

They call `layers.Embedding`, a name in their module that means Hotrow's layer here. A
test that cannot pass is listed with the reason, and fails if it passes after all.
"""

import importlib
import types
import unittest
import warnings

import keras
import pytest

import hotrow

MODULES = {
    "Embedding": "keras.src.layers.core.embedding_test",
    "ReversibleEmbedding": "keras.src.layers.core.reversible_embedding_test",
}
# These tests count variables.
A_NOTE = (
    "on JAX a layer notes bad ids in one more variable, which Keras takes for a seed"
)
FLOATS = "the test passes normal floats for ids, which are an error here"
CANNOT_PASS = {
    "jax": {
        "Embedding": {
            "test_embedding_basics": A_NOTE,
            "test_lora_rank_argument": A_NOTE,
            "test_quantize_by_setting_dtype_policy_int4": A_NOTE,
            "test_quantize_by_setting_dtype_policy_int8": A_NOTE,
            "test_quantize_dtype_argument_int4": A_NOTE,
            "test_quantize_dtype_argument_int8": A_NOTE,
            "test_sparse": A_NOTE,
        },
        "ReversibleEmbedding": {
            "test_quantize_dtype_argument_int4_tie_weights": A_NOTE,
            "test_quantize_dtype_argument_int4_untie_weights": A_NOTE,
            "test_quantize_dtype_argument_int8_tie_weights": A_NOTE,
            "test_quantize_dtype_argument_int8_untie_weights": A_NOTE,
        },
    },
    "tensorflow": {
        "Embedding": {
            "test_quantize_lora_integration_int4": FLOATS,
            "test_quantize_lora_integration_int8": FLOATS,
        },
    },
}
LISTED = CANNOT_PASS.get(keras.backend.backend(), {})


def case_of(name):
    """The class of Keras's tests, over Hotrow's layers; None if the wheel has none."""
    try:
        module = importlib.import_module(MODULES[name])
    except ModuleNotFoundError as error:
        # The wheels of some versions, such as 3.12, leave them out.
        if error.name != MODULES[name]:
            raise
        return None
    ours = {"Embedding", "ReversibleEmbedding"}
    layers = types.SimpleNamespace(**vars(module.layers))
    vars(layers).update({layer: getattr(hotrow, layer) for layer in ours})
    module.layers = layers
    return getattr(module, f"{name}Test")


def suite():
    for name in MODULES:
        case = case_of(name)
        if case is None:
            continue
        for test in unittest.defaultTestLoader.getTestCaseNames(case):
            marks = [*getattr(getattr(case, test), "pytestmark", [])]
            reason = LISTED.get(name, {}).get(test)
            if reason is not None:
                marks.append(
                    pytest.mark.xfail(reason=reason, raises=KerasTestFailedError)
                )
            yield pytest.param(case(test), marks=marks, id=f"{name}-{test}")


class KerasTestFailedError(Exception):
    """A test of Keras's that did not pass."""


@pytest.fixture
def _as_keras_tests():
    """Their set-up turns this off for the whole process."""
    was_on = keras.config.is_traceback_filtering_enabled()
    yield
    if was_on:
        keras.config.enable_traceback_filtering()


@pytest.mark.usefixtures("_as_keras_tests")
@pytest.mark.parametrize("test", list(suite()))
def test_of_keras(test):
    result = unittest.TestResult()
    with warnings.catch_warnings():
        # Keras's tests are not written for warnings that are errors.
        warnings.simplefilter("ignore")
        test.run(result)
    for _, text in (*result.errors, *result.failures):
        raise KerasTestFailedError(text)
    for _, reason in result.skipped:
        pytest.skip(reason)
    assert result.testsRun == 1


def test_every_listed_test_is_there():
    for name, tests in LISTED.items():
        case = case_of(name)
        if case is not None:
            assert not [test for test in tests if not hasattr(case, test)]


@pytest.mark.skipif(keras.__version__ < "3.15", reason="the wheels of 3.12 have none")
def test_the_wheel_has_the_tests():
    assert len(list(suite())) > 60
