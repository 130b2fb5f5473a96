"""Raises, at the end of a Keras call, for a bad id that compiled code met.

Compiled code cannot raise: an exception from inside a JAX step takes the weights with
it, and XLA drops TensorFlow's asserts. So a layer notes the first bad id in a
`BadIdState`, and at the end of each Keras call somebody looks at that state.
"""

import contextlib
import time
import weakref
from collections.abc import Callable
from typing import Any

import keras

from hotrow import backend, keras_compat
from hotrow.ids import id_errors, id_values
from hotrow.keras_compat import model_calls
from hotrow.keras_compat.call_lock import lock_of

# How long a call goes on after a bad id, about.
SECONDS_BETWEEN_LOOKS = 2.0

_Error = Callable[[Any], Exception]
_states: weakref.WeakKeyDictionary[keras.Model, dict[Any, _Error]] = (
    weakref.WeakKeyDictionary()
)


def is_watching() -> bool:
    """Returns True inside a Keras call after which somebody looks."""
    return model_calls.running_model() is not None


def register(state: Any, error: _Error) -> None:
    """Has the model that is running look at `state` at the end of each of its calls."""
    model = model_calls.running_model()
    _states.setdefault(model, {})[state] = error


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


# Models of which a call has returned: they are built, and their functions made.
_called: weakref.WeakSet[keras.Model] = weakref.WeakSet()


class _Watch(model_calls.Subscriber):
    def needs_lock(self, model: keras.Model, name: str) -> bool:
        if name in backend.PARALLEL_METHODS and model in _called:
            return False
        # All threads would note bad ids in the same place; and whatever the policy,
        # Keras's own calls disturb each other where they build a model, keep metrics,
        # or donate variables to a compiled step.
        return model in _states or _takes_ids(model)

    def after(self, model: keras.Model, name: str) -> None:
        _called.add(model)
        look(model)

    def failed(self, model: keras.Model) -> None:
        forget(model)

    def explain(self, model: keras.Model, name: str, inputs: Any) -> Exception | None:
        found = id_values.first_text(inputs)
        if found is None or not _takes_ids(model):
            return None
        # On TensorFlow a model may look text up itself.
        takes_text = any(
            x.dtype == "string"
            for x in keras.tree.flatten(getattr(model, "inputs", []))
        )
        return id_errors.text_for_model(model.name, name, *found, takes_text)

    def callback(self) -> keras.callbacks.Callback:
        return _Look()


def _takes_ids(model: keras.Model) -> bool:
    return any(
        getattr(layer, "_ids", None) is not None
        for layer in keras_compat.layers_in(model)
    )


_watch = _Watch()


def install() -> None:
    """Has somebody look at the end of each Keras call, and threads take turns."""
    model_calls.subscribe(_watch)


class _Look(keras.callbacks.Callback):
    """Looks at the end of each epoch, and now and then between batches.

    It lets other threads that call the model go first, if there are any.

    Between batches it looks before a step: a callback with code after a step makes
    Keras wait for that step's logs every time.
    """

    _next = 0.0

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        lock = lock_of(self.model)
        if lock.is_wanted(reads_only=True):
            backend.sync(self.model)
            look(self.model)
            lock.let_others(reads_only=True)
        elif time.monotonic() >= self._next:
            backend.sync(self.model)
            look(self.model)
            self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        look(self.model)
        lock = lock_of(self.model)
        if lock.is_wanted(reads_only=False):
            lock.let_others(reads_only=False)

    on_epoch_begin = on_epoch_end
    on_test_begin = on_predict_begin = on_train_begin
    on_test_batch_begin = on_predict_batch_begin = on_train_batch_begin
