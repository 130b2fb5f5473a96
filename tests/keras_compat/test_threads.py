"""Threads that call one model: each gets its own answer, or its own error."""

import copy
import pickle
import queue
import threading
import time

import keras
import numpy as np
import pytest
from helpers import compiled

import hotrow
from hotrow.keras_compat.call_lock import CallLock, lock_of

ROWS = 50
CALLS = 40
SECONDS = 60.0

METHODS = {
    "predict": lambda model, x: model.predict(x, verbose=0),
    "predict_on_batch": lambda model, x: model.predict_on_batch(x),
    "evaluate": lambda model, x: model.evaluate(x, x[:, :1] * 0.1, verbose=0),
    "test_on_batch": lambda model, x: model.test_on_batch(x, x[:, :1] * 0.1),
}


def make_model(out_of_range="error", built=True):
    layers = [
        hotrow.Embedding(ROWS, 4, name="words", out_of_range=out_of_range),
        keras.layers.Flatten(),
        keras.layers.Dense(1),
    ]
    if built:
        layers.insert(0, keras.Input((3,), dtype="int32"))
    return compiled(keras.Sequential(layers))


def make_ids():
    """Returns batches of ids; one in eight has a bad id, in each another one."""
    rng = np.random.default_rng(0)
    batches = [rng.integers(0, ROWS, (32 + i % 3, 3)) for i in range(CALLS)]
    for i in range(3, CALLS, 8):
        batches[i][1, 1] = ROWS + i
    return [batch.astype("int32") for batch in batches]


def outcome(fn, *args):
    try:
        return fn(*args)
    except Exception as error:
        return error


def in_thread(fn, *args):
    """Runs a function in a thread; the result, or the error, comes by `take`."""
    results = queue.SimpleQueue()
    thread = threading.Thread(
        target=lambda: results.put(outcome(fn, *args)), daemon=True
    )
    thread.start()
    return lambda: results.get(timeout=SECONDS)


def check(received, expected):
    if isinstance(expected, Exception):
        assert isinstance(received, ValueError), received
        assert str(received) == str(expected)
    else:
        assert not isinstance(received, Exception), received
        np.testing.assert_allclose(received, expected, rtol=1e-5)


def run_in_threads(fn, batches, threads=8):
    per_thread = len(batches) // threads

    def work(k):
        part = batches[k * per_thread : (k + 1) * per_thread]
        return [outcome(fn, batch) for batch in part]

    takes = [in_thread(work, k) for k in range(threads)]
    return [result for take in takes for result in take()]


@pytest.mark.parametrize("method", METHODS)
def test_each_thread_gets_its_own_answer_or_error(method):
    batches, model = make_ids(), make_model()
    received = run_in_threads(lambda x: METHODS[method](model, x), batches)
    alone = make_model()
    alone.set_weights(model.get_weights())
    expected = [outcome(METHODS[method], alone, x) for x in batches]
    assert sum(isinstance(e, ValueError) for e in expected) == CALLS // 8
    for one, other in zip(received, expected, strict=True):
        check(one, other)
    check(METHODS[method](model, batches[0]), expected[0])


@pytest.mark.parametrize("built", [True, False], ids=["built", "unbuilt"])
@pytest.mark.parametrize("out_of_range", ["zero", 0])
@pytest.mark.parametrize("method", METHODS)
def test_each_thread_gets_its_own_answer_where_no_id_is_an_error(
    method, out_of_range, built
):
    batches, model = make_ids(), make_model(out_of_range, built)
    received = run_in_threads(lambda x: METHODS[method](model, x), batches)
    alone = make_model(out_of_range)
    alone.set_weights(model.get_weights())
    for one, x in zip(received, batches, strict=True):
        check(one, METHODS[method](alone, x))


def test_threads_that_train_a_model_where_no_id_is_an_error():
    batches, model = make_ids(), make_model("zero", built=False)
    losses = run_in_threads(lambda x: model.train_on_batch(x, x[:, :1] * 0.1), batches)
    for loss in losses:
        assert np.isfinite(loss), loss
    assert model.optimizer.iterations == CALLS


def test_threads_that_train_and_threads_that_read():
    batches, model = make_ids(), make_model()
    y = [np.ones((len(x), 1), "float32") for x in batches]
    kinds = {
        0: lambda i: model.train_on_batch(batches[i], y[i]),
        1: lambda i: model.predict_on_batch(batches[i]),
        2: lambda i: model.test_on_batch(batches[i], y[i]),
        3: lambda i: model.predict(batches[i], verbose=0),
    }
    received = run_in_threads(lambda i: kinds[i // 5 % 4](i), range(CALLS))
    for i, result in enumerate(received):
        if i % 8 == 3:
            assert isinstance(result, ValueError), result
            assert f"out of range: {ROWS + i}." in str(result)
        else:
            assert not isinstance(result, Exception), result
            assert np.isfinite(result).all()
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_predict_while_fit_runs_in_another_thread():
    model, (x, *_) = make_model(), make_ids()
    bad = x.copy()
    bad[5, 1] = 77
    long = np.tile(x, (100, 1))
    y = np.ones((len(long), 1), "float32")
    model.fit(x, y[: len(x)], verbose=0)
    take = in_thread(lambda: model.fit(long, y, batch_size=8, epochs=2, verbose=0))
    time.sleep(0.05)
    answers = [outcome(METHODS["predict"], model, x) for _ in range(3)]
    error = outcome(METHODS["predict"], model, bad)
    history = take()
    assert not isinstance(history, Exception), history
    assert len(history.history["loss"]) == 2
    assert all(np.isfinite(answer).all() for answer in answers)
    assert isinstance(error, ValueError)
    assert "out of range: 77" in str(error)
    assert np.isfinite(model.predict(x, verbose=0)).all()


class CallsTheModel(keras.callbacks.Callback):
    """Predicts at the end of each epoch, in its own thread or in one that it joins."""

    def __init__(self, x, own_thread):
        super().__init__()
        self.x, self.own_thread, self.results = x, own_thread, []

    def on_epoch_end(self, epoch, logs=None):
        model = self.model
        if self.own_thread:
            self.results.append(outcome(METHODS["predict"], model, self.x))
        else:
            self.results.append(in_thread(METHODS["predict"], model, self.x)())


@pytest.mark.parametrize("own_thread", [True, False])
def test_a_callback_may_call_the_model(own_thread):
    model, (x, *_) = make_model(), make_ids()
    callback = CallsTheModel(x, own_thread)
    take = in_thread(
        lambda: model.fit(x, x[:, :1] * 0.1, epochs=3, verbose=0, callbacks=[callback])
    )
    result = take()
    assert not isinstance(result, Exception), result
    assert len(callback.results) == 3
    assert all(np.isfinite(answer).all() for answer in callback.results)


def test_a_lock_lets_in_the_thread_that_its_holder_waits_for():
    lock = CallLock()
    entered = []

    def other():
        with lock.held(reads_only=True):
            entered.append(True)

    def work():
        with lock.held(reads_only=False), lock.held(reads_only=True):
            thread = threading.Thread(target=other, daemon=True)
            thread.start()
            thread.join(SECONDS)

    assert in_thread(work)() is None
    assert entered == [True]


def test_a_lock_holds_others_off_and_keeps_their_order():
    lock, order, started, go = CallLock(), [], threading.Event(), []

    def first():
        with lock.held(reads_only=False):
            started.set()
            spin(lambda: go)
            order.append("first")
            assert lock.is_wanted(reads_only=True)
            lock.let_others(reads_only=True)
            order.append("first again")

    def later(name, reads_only):
        with lock.held(reads_only):
            order.append(name)

    takes = [in_thread(first)]
    assert started.wait(SECONDS)
    for count, (name, reads_only) in enumerate(
        [("a", True), ("writes", False), ("b", True)], start=1
    ):
        takes.append(in_thread(later, name, reads_only))
        spin(lambda count=count: len(lock._waiting) == count)
    go.append(True)
    assert [take() for take in takes] == [None] * 4
    assert order == ["first", "a", "b", "first again", "writes"]


def spin(condition):
    """Waits in a way that does not look like waiting for a thread."""
    end = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    assert condition()


def test_an_error_within_a_call_releases_the_lock():
    class Stops(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            raise KeyboardInterrupt

        def on_predict_batch_begin(self, batch, logs=None):
            raise KeyboardInterrupt

    model, (x, *_) = make_model(), make_ids()
    expected = model.predict(x, verbose=0)
    with pytest.raises(KeyboardInterrupt):
        model.predict(x, verbose=0, callbacks=[Stops()])
    check(in_thread(METHODS["predict"], model, x)(), expected)


def test_models_do_not_wait_for_each_other():
    model, other, (x, *_) = make_model(), make_model(), make_ids()
    with lock_of(model).held(reads_only=False):
        spin(lambda: True)
        received = in_thread(METHODS["evaluate"], other, x)()
    assert not isinstance(received, Exception), received


def test_threads_that_call_a_raw_model():
    words = [f"word {i}" for i in range(ROWS - 2)]
    model = make_model()
    raw = hotrow.RawModel(model, hotrow.Lookup(hotrow.Vocabulary(words)))
    inputs = [
        [[words[i] for i in row % (ROWS - 2)] for row in batch] for batch in make_ids()
    ]
    received = run_in_threads(lambda x: raw.predict(x, verbose=0), inputs)
    for one, x in zip(received, inputs, strict=True):
        check(one, raw.predict(x, verbose=0))


def test_a_model_with_a_lock_can_be_copied_and_saved(tmp_path):
    model, (x, *_) = make_model(), make_ids()
    expected = model.predict(x, verbose=0)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        check(other.predict(x, verbose=0), expected)
    model.save(tmp_path / "model.keras")
    check(
        keras.saving.load_model(tmp_path / "model.keras").predict(x, verbose=0),
        expected,
    )


def test_plain_models_take_no_lock():
    model = compiled(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]))
    x = np.ones((4, 3), "float32")
    with lock_of(model).held(reads_only=False):
        before = time.monotonic()
        assert not isinstance(in_thread(METHODS["predict"], model, x)(), Exception)
        assert time.monotonic() - before < SECONDS
    assert not lock_of(model)._waiting
