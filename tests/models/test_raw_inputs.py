"""Raw inputs in what people have them in: an answer, or an error that names one."""

import datetime
import decimal
import math

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import hotrow

pytestmark = pytest.mark.once

VOCAB = hotrow.Vocabulary(["Oslo", "Paris"])
WORDS, IDS = ["Paris", "Oslo", "?"], [3, 2, 1]
SIZES = [1.5, 2.0, 3.0]


def model_of(structure, dtype="float32"):
    """A model that takes a city and a number, in one of Keras's structures."""
    city = keras.Input((), name="city", dtype="int32")
    size = keras.Input((), name="size", dtype=dtype)
    inputs = {"list": [city, size], "dict": {"size": size, "city": city}}[structure]
    outputs = keras.ops.cast(city, "float32") + 10 * keras.ops.cast(size, "float32")
    return keras.Model(inputs, outputs)


RAW = hotrow.RawModel(model_of("dict"), {"city": hotrow.Lookup(VOCAB)})
IN_ORDER = hotrow.RawModel(model_of("list"), {"city": hotrow.Lookup(VOCAB)})
WHOLE = hotrow.RawModel(model_of("dict", "int32"), {"city": hotrow.Lookup(VOCAB)})
ONE = hotrow.RawModel(
    keras.Sequential([keras.Input(()), keras.layers.Identity()]), hotrow.Lookup(VOCAB)
)
COLUMNS = {"size": SIZES, "city": WORDS, "more": ["a", "b", "c"]}
FRAME = pd.DataFrame(COLUMNS, index=[7, 8, 9])
TABLE = pa.table(COLUMNS)


@pytest.mark.parametrize(
    "inputs",
    [
        COLUMNS,
        FRAME,
        pd.DataFrame(COLUMNS).astype({"city": "category", "size": "Float64"}),
        pd.DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow"),
        pl.DataFrame(COLUMNS),
        TABLE,
        TABLE.to_batches()[0],
        TABLE.to_reader(),
        FRAME.to_dict("records"),
        tuple(FRAME.to_dict("records")),
        FRAME.to_records(),
        {"city": np.array(WORDS), "size": np.array(SIZES)},
        {"city": pd.Series(WORDS), "size": pa.array(SIZES)},
        {"city": np.array(WORDS, object), "size": np.array(SIZES, object)},
        {"city": WORDS, "size": [decimal.Decimal(str(x)) for x in SIZES]},
        {"city": WORDS, "size": keras.ops.convert_to_tensor(SIZES)},
    ],
    ids=lambda inputs: type(inputs).__name__,
)
def test_columns_in_anything(inputs):
    arrays = RAW.encode(inputs)
    assert list(arrays) == ["size", "city"]
    assert arrays["city"].tolist() == IDS
    assert arrays["size"].tolist() == SIZES
    if isinstance(inputs, pa.RecordBatchReader):
        return
    first, second = IN_ORDER.encode(inputs)
    assert (first.tolist(), second.tolist()) == (IDS, SIZES)


def test_inputs_in_order_if_the_model_has_an_order():
    expected = [18.0, 22.0, 31.0]
    for inputs in ([WORDS, SIZES], (np.array(WORDS), np.array(SIZES)), COLUMNS):
        assert IN_ORDER.predict(inputs, verbose=0).tolist() == expected
    assert RAW.predict(COLUMNS, verbose=0).tolist() == expected
    for raw, inputs in ((RAW, [WORDS, SIZES]), (IN_ORDER, WORDS), (IN_ORDER, "Oslo")):
        with pytest.raises(ValueError, match=r"takes a dict of inputs. Received: "):
            raw.predict(inputs)


@pytest.mark.parametrize(
    "inputs",
    [
        WORDS,
        tuple(WORDS),
        np.array(WORDS),
        pd.Series(WORDS),
        pl.Series(WORDS),
        pa.array(WORDS),
        pa.chunked_array([WORDS]),
        pd.DataFrame({"city": WORDS}),
        {"any name": WORDS},
        pa.table({"city": WORDS}),
        [{"city": word} for word in WORDS],
    ],
    ids=lambda inputs: type(inputs).__name__,
)
def test_one_input_in_anything(inputs):
    assert ONE.encode(inputs).tolist() == IDS


def test_one_input_by_the_name_of_its_lookup_or_without():
    inputs = keras.Input((), dtype="int32")
    raw = hotrow.RawModel(
        keras.Model(inputs, inputs + 0), {"city": hotrow.Lookup(VOCAB)}
    )
    for raw_inputs in (WORDS, {"city": WORDS}, FRAME, TABLE):
        assert raw.encode(raw_inputs).tolist() == IDS
        assert raw.predict(raw_inputs, verbose=0).tolist() == IDS
    with pytest.raises(ValueError, match="An input is missing: 'city'"):
        raw.predict({"town": WORDS})
    inputs = keras.Input((), name="city", dtype="int32")
    raw = hotrow.RawModel(keras.Model(inputs, inputs + 0), hotrow.Lookup(VOCAB))
    assert raw.encode(FRAME).tolist() == IDS
    with pytest.raises(ValueError, match=r"takes one input. Received: the columns 's"):
        ONE.predict(FRAME)


def test_a_model_whose_inputs_have_no_names_gets_all():
    class Sum(keras.Model):
        def call(self, inputs):
            return keras.ops.cast(inputs["city"], "float32") + inputs["size"]

    raw = hotrow.RawModel(Sum(), {"city": hotrow.Lookup(VOCAB)})
    columns = {"city": WORDS, "size": np.array(SIZES, "float32")}
    assert raw.predict(columns, verbose=0).tolist() == [4.5, 4.0, 4.0]
    with pytest.raises(ValueError, match=r"input 'more' has no lookup.*Received: 'a'"):
        raw.predict(FRAME)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_missing_values(missing):
    arrays = RAW.encode({"city": ["Oslo", missing], "size": [1.0, missing]})
    assert arrays["city"].tolist() == [2, 1]
    assert math.isnan(arrays["size"][1])
    frame = pd.DataFrame({"city": ["Oslo", missing], "size": [1, None]})
    assert RAW.encode(frame.astype({"size": "Int64"}))["size"][0] == 1


DAY = datetime.datetime(2020, 1, 1)
BAD = [
    (
        {"city": "Oslo", "size": [1]},
        "input 'city' is a single value: 'Oslo'.*one row",
    ),
    ({"city": WORDS, "size": 3}, r"input 'size' is a single value: 3.*{'size': \[3\]}"),
    ({"city": np.array("Oslo"), "size": [1]}, "input 'city' is a single value"),
    ({"city": None, "size": [1]}, "input 'city' is a single value: None"),
    ({"city": WORDS}, "An input is missing: 'size'. Received: the inputs 'city'. Pass"),
    ({"City": WORDS, "size": SIZES}, "An input is missing: 'city'. Received: the inp"),
    ({}, "An input is missing: 'size'"),
    (
        {"city": WORDS, "size": ["1", "x", "3"]},
        "'size' has no lookup.*Received: '1' ",
    ),
    ({"city": WORDS, "size": np.array(["1"] * 3)}, "'size' has no lookup, so it must"),
    ({"city": WORDS, "size": [1, 2, "big"]}, "Received: 'big' in row 2"),
    ({"city": WORDS, "size": pd.Series([1, "big", 3])}, "Received: 'big' in row 1"),
    ({"city": WORDS, "size": [b"1", b"2", b"3"]}, "Received: b'1' in row 0"),
    (
        {"city": WORDS, "size": np.array([DAY] * 3, "M8[s]")},
        "Received: datetime.date",
    ),
    ({"city": WORDS, "size": [DAY] * 3}, "'size' has no lookup.*row 0"),
    ({"city": WORDS, "size": [{}, {}, {}]}, "'size' has no lookup.*row 0"),
    ({"city": WORDS, "size": [[1], [1, 2], [3]]}, "rows of the input 'size' differ in"),
    ({"city": WORDS, "size": [[1, 2]] * 3}, r"'size' takes rows of shape \(\). Rec"),
    ({"city": [WORDS] * 3, "size": SIZES}, r"'city' takes.*rows of shape \(3,\)"),
    (
        {"city": WORDS, "size": [1.0, 2.0]},
        "same number of rows. Received: 'size' 2, ",
    ),
    (
        {"city": [["a"], ["a", "b"]], "size": [1, 2]},
        "'city' cannot be encoded. .*leng",
    ),
    (
        {"city": [1, 2, 3], "size": SIZES},
        "'city' cannot be encoded. Tokens are str",
    ),
    ({"city": [1.5], "size": [1]}, "input 'city' cannot be encoded"),
    (pd.DataFrame([WORDS, WORDS]), "An input is missing: 'size'"),
    (pl.LazyFrame(COLUMNS), r"Received: a LazyFrame. Pass `frame.collect"),
    (pd.DataFrame([[1, 2]], columns=["city", "city"]), "A column stands twice: 'city'"),
    (
        [{"city": "Oslo", "size": 1}, {"city": "Rome"}],
        "row has no 'size'.*: row 1 of",
    ),
    ([{"city": "Oslo", "size": 1}, 7, 8], "takes a dict of inputs. Received: list"),
    (None, "takes a dict of inputs. Received: NoneType"),
    (7, "takes a dict of inputs. Received: int"),
    ({"city": keras.Input((), dtype="string"), "size": [1]}, "no symbolic tensors"),
]


@pytest.mark.parametrize(("inputs", "message"), BAD)
@pytest.mark.parametrize("raw", [RAW, IN_ORDER], ids=["dict", "list"])
def test_what_will_not_do_is_named(raw, inputs, message):
    if raw is IN_ORDER:
        message = message.replace("Received: 'size' 2", "Received: 'city' 3")
        message = message.replace("missing: 'size'", "missing: '(size|city)'")
    with pytest.raises(ValueError, match=message):
        raw.encode(inputs)


def test_one_input_that_will_not_do():
    with pytest.raises(ValueError, match=r"inputs are a single value: 'Oslo'.*\['Osl"):
        ONE.predict("Oslo")
    with pytest.raises(ValueError, match="inputs are a single value"):
        ONE.predict(np.array("Oslo"))
    with pytest.raises(ValueError, match="no symbolic tensors"):
        ONE(keras.Input((), dtype="string"))
    with pytest.raises(ValueError, match="Tokens are strings or integers"):
        ONE.predict([1, 2])


def test_rows_of_another_shape():
    """Keras adds or drops a last axis of 1, and so do we."""
    inputs = keras.Input((None, 1), name="tags", dtype="int32")
    raw = hotrow.RawModel(keras.Model(inputs, inputs + 0), hotrow.Lookup(VOCAB))
    for rows in ([["Oslo"] * 4] * 2, [[["Oslo"]] * 4] * 2):
        assert raw.predict(rows, verbose=0).shape == (2, 4, 1)
    for rows in (["Oslo"] * 2, [[["Oslo"] * 2] * 4] * 2):
        with pytest.raises(ValueError, match=r"'tags' takes rows of shape \(None, 1\)"):
            raw.predict(rows)
    for size in ([[1]] * 3, np.ones((3, 1))):
        assert RAW.predict({"city": WORDS, "size": size}, verbose=0).shape[0] == 3


def test_whole_numbers_are_not_changed_on_their_way():
    rows = {"city": ["Oslo"] * 3}
    for size in ([1, 2, 3], [1.0, 2.0, 3.0], np.uint64([1, 2, 3]), [True, False, True]):
        array = WHOLE.encode({**rows, "size": size})["size"]
        assert array.tolist() == list(size)
    for size, bad in (
        ([1, 2.5, 3], "2.5"),
        ([1, 2, 2**40], str(2**40)),
        ([1, float("nan"), 3], "nan"),
        (np.array([1, -(2**40), 3]), str(-(2**40))),
    ):
        with pytest.raises(ValueError, match=f"'size' takes integers of type.*{bad}"):
            WHOLE.encode({**rows, "size": size})


def test_no_rows():
    for empty in (
        {"city": [], "size": []},
        FRAME[:0],
        TABLE[:0],
        pl.DataFrame(FRAME[:0]),
    ):
        assert RAW.predict(empty, verbose=0).shape == (0,)
    assert ONE.predict([], verbose=0).shape == (0,)
    ONE.compile("sgd", "mse")
    for call in (ONE.fit, ONE.evaluate, ONE.train_on_batch, ONE.test_on_batch):
        with pytest.raises(ValueError, match=r"There are no rows: `.*` needs one"):
            call([], [])


def test_one_row():
    assert RAW.predict({"city": ["Oslo"], "size": [1]}, verbose=0).tolist() == [12.0]
    assert RAW.predict([{"city": "Oslo", "size": 1}], verbose=0).tolist() == [12.0]


def test_lookups_that_do_not_belong_to_the_model():
    layer = hotrow.Lookup(VOCAB)
    with pytest.raises(ValueError, match=r"no input 'town'.*the inputs 'size', 'city'"):
        hotrow.RawModel(model_of("dict"), {"town": layer})
    with pytest.raises(ValueError, match="inputs 'city', 'size', so `lookup` must be"):
        hotrow.RawModel(model_of("list"), layer)


def test_datasets_are_refused_with_the_way_out():
    class Data(keras.utils.PyDataset):
        pass

    def generator():
        yield WORDS, [1, 2, 3]

    data = [Data(), generator()]
    torch = pytest.importorskip("torch.utils.data")
    data.append(torch.DataLoader(WORDS))
    data.append(pytest.importorskip("tensorflow").data.Dataset.from_tensors(WORDS))
    data.append(pytest.importorskip("grain").MapDataset.source(WORDS))
    for dataset in data:
        for raw in (ONE, RAW):
            with pytest.raises(ValueError, match="Call the Lookup in the dataset"):
                raw.predict(dataset)


def test_a_raw_model_encodes_what_it_gets_as_the_lookup_does():
    rows = [["Oslo"], ["Paris", "Oslo"]]
    layer = hotrow.Lookup(VOCAB, length=3)
    inputs = keras.Input((3,), dtype="int32")
    raw = hotrow.RawModel(keras.Model(inputs, inputs + 0), layer)
    expected = VOCAB.encode(rows, length=3)
    np.testing.assert_array_equal(raw.predict(rows, verbose=0), expected)
    frame = pd.DataFrame({"words": rows})
    np.testing.assert_array_equal(raw.predict(frame, verbose=0), expected)


def test_values_of_one_row_each_in_both_of_their_shapes():
    # Keras on TensorFlow refuses the second shape.
    city = keras.Input((1,), dtype="int32", name="city")
    size = keras.Input((1,), name="size")
    rows = keras.layers.Flatten()(hotrow.Embedding(4, 2)(city))
    outputs = keras.layers.Dense(1)(keras.layers.concatenate([rows, size]))
    model = keras.Model({"city": city, "size": size}, outputs)
    vocabulary = hotrow.Vocabulary(["Oslo", "Rome"])
    raw = hotrow.RawModel(model, {"city": hotrow.Lookup(vocabulary)})
    forms = [
        {"city": ["Oslo", "Rome"], "size": [0.5, 2.0]},
        {"city": [["Oslo"], ["Rome"]], "size": [[0.5], [2.0]]},
        [{"city": "Oslo", "size": [0.5]}, {"city": "Rome", "size": [2.0]}],
    ]
    results = [raw.predict(form, verbose=0) for form in forms * 2]
    for result in results:
        np.testing.assert_array_equal(result, results[0])
