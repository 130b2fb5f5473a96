"""Raises, at the end of a Keras call, for a bad id that compiled code met.

Compiled code cannot raise: an exception from inside a JAX step takes the weights with
it, and XLA drops TensorFlow's asserts. So a layer notes the first bad id in a
`BadIdState`, and somebody must look at that state on the host afterwards. Keras offers
a layer no such moment (`predict` runs no code of a layer and no metric once its steps
are compiled), so the first layer with the policy "error" wraps the six methods of
`keras.Model` that run compiled steps. To a model without a Hotrow layer that adds one
callback that does nothing.
"""

import contextlib
import functools
import inspect
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import keras

from hotrow import backend

WATCHED_METHODS = (
    "fit",
    "evaluate",
    "predict",
    "train_on_batch",
    "test_on_batch",
    "predict_on_batch",
)

# How long a call goes on after a bad id, about.
SECONDS_BETWEEN_LOOKS = 2.0

_Error = Callable[[Any], Exception]
_states: weakref.WeakKeyDictionary[keras.Model, dict[Any, _Error]] = (
    weakref.WeakKeyDictionary()
)
_running = threading.local()


def is_watching() -> bool:
    """Returns True inside a Keras call after which somebody looks."""
    return bool(getattr(_running, "models", None))


def register(state: Any, error: _Error) -> None:
    """Has the model that is running look at `state` at the end of each of its calls."""
    _states.setdefault(_running.models[-1], {})[state] = error


def look(model: keras.Model) -> None:
    """Raises for a bad id that the compiled steps of `model` noted, if there is one."""
    found = None
    for state, error in _states.get(model, {}).items():
        value = state.take()
        if value is not None and found is None:
            found = error(value)
    if found is not None:
        raise found


def forget(model: keras.Model) -> None:
    """Drops what a call that ended early has noted: it is not the next one's fault."""
    for state in _states.get(model, {}):
        # A call that ended early may have left no value to look at.
        with contextlib.suppress(Exception):
            state.take()


def install() -> None:
    """Wraps the methods of `keras.Model` that run compiled steps; once."""
    for name in WATCHED_METHODS:
        method = getattr(keras.Model, name)
        if not hasattr(method, "_hotrow_wraps"):
            setattr(keras.Model, name, _watched(method))


def _watched(method: Callable) -> Callable:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def run(self: keras.Model, *args: Any, **kwargs: Any) -> Any:
        if "callbacks" in signature.parameters:
            bound = signature.bind(self, *args, **kwargs)
            callbacks = bound.arguments.get("callbacks")
            bound.arguments["callbacks"] = _with_look(callbacks, self)
            args, kwargs = bound.args[1:], bound.kwargs
        models = _running.__dict__.setdefault("models", [])
        models.append(self)
        try:
            result = method(self, *args, **kwargs)
        except BaseException:
            forget(self)
            raise
        finally:
            models.pop()
        look(self)
        return result

    run._hotrow_wraps = method  # type: ignore[attr-defined]
    return run


def _with_look(callbacks: Any, model: keras.Model) -> Any:
    look_too = _Look()
    if not isinstance(callbacks, keras.callbacks.CallbackList):
        return [*keras.tree.flatten(callbacks or []), look_too]
    if not any(isinstance(callback, _Look) for callback in callbacks.callbacks):
        look_too.set_model(model)
        callbacks.callbacks.append(look_too)
    return callbacks


class _Look(keras.callbacks.Callback):
    """Looks at the end of each epoch, and now and then between batches.

    Between batches it looks before a step: a callback with code after a step makes
    Keras wait for that step's logs every time.
    """

    _next = 0.0

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if time.monotonic() >= self._next:
            backend.sync(self.model)
            look(self.model)
            self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        look(self.model)

    on_test_begin = on_predict_begin = on_train_begin
    on_test_batch_begin = on_predict_batch_begin = on_train_batch_begin
