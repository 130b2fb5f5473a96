"""Columns of any name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotrow
from hotrow.tabular.network.input_layout import InputLayout
from hotrow.tabular.network.network import build_network
from hotrow.tabular.profiling.profile import profile
from hotrow.tabular.reading.open_table import open_table
from hotrow.tabular.runs.id_counts import load_counts, save_counts
from hotrow.tabular.table_model import TableModel
from hotrow.tabular.values.characters import trimmed

ROWS = 60
# Names of layers, inputs, arguments, files and fields, here and in Keras; and what a
# path, a page or a name of a layer cannot hold.
NAMES = """
prediction all hidden_1 hidden_2 dropout_1 numeric_input numbers network city
city_vectors city_mean city_one_hot ids_8 ids_8_vectors ids_8_all lists_8_1 self inputs
training mask args kwargs name dtype class_name config registered_name module
build_config __class__ __init__ __dict__ model lookup schema layout target_encoder file
arr_0 counts ends names loss val_loss accuracy probability_yes probability_no target
train validation test token count label id body page columns vectors map explorer None
nan NaN null True 0 1 -1 1.5 1e5 a A a/b a\\b a.b a:b a|b a,b a;b a"b a'b a&b <b>
</script> {{title}} %s $HOME ../../x .. . ~ * ? # Größe größe GRÖSSE 名前 слово 🎉
👩\u200d👧 é ﬁ İ i a_2 prediction_2 column_
""".split()  # noqa: SIM905
NAMES += ["a b", "a  b", "a\tb", "a\nb", "a\0b", "a\u200bb", "a\u202eb"]
NAMES += ["x" * 10_000]


def column(kind, rng):
    if kind == 0:
        return rng.choice(["red", "green", "blue"], ROWS).tolist()
    if kind == 1:
        return rng.normal(size=ROWS).round(3).tolist()
    return ["|".join(rng.choice(list("abc"), 2)) for _ in range(ROWS)]


def table_of(names, target):
    rng = np.random.default_rng(0)
    frame = {name: column(place % 3, rng) for place, name in enumerate(names)}
    frame[target] = ["no", "yes"] * (ROWS // 2)
    return frame


def model_of(frame, target):
    known = profile(open_table(frame), target)
    layout = InputLayout.of(known.schema, known.encoders)
    network = build_network(known.schema, known.encoders, layout, hidden=(4,))
    encoders = dict(known.encoders)
    return TableModel(network, encoders, known.target_encoder, known.schema, layout)


@pytest.mark.slow
def test_a_run_over_columns_of_all_names(tmp_path):
    frame = table_of(NAMES, "prediction_")
    run = hotrow.tabular.fit(
        frame, "prediction_", out=tmp_path / "run", epochs=1, say=lambda line: None
    )
    model = run.model
    assert set(model.lookup) == set(NAMES)
    expected = model.predict(frame)
    again = hotrow.tabular.Run(tmp_path / "run")
    np.testing.assert_allclose(again.model.predict(frame), expected, atol=1e-6)
    # Each column counts by its own values and by no other's.
    inputs = model.encode(frame)
    for name in ("prediction", "A", "numbers", "city_mean"):
        other = {**frame, name: frame[name][1:] + frame[name][:1]}
        changed = model.encode(other)
        differ = {
            (key, *place)
            for key in inputs
            for place in np.argwhere(
                np.any(inputs[key] != changed[key], axis=0).reshape(
                    inputs[key].shape[1], -1
                )
            )[:, :1].tolist()
        }
        assert len(differ) == 1, name
    vectors = again.vectors()
    assert set(vectors) == {name for k, name in enumerate(NAMES) if k % 3 != 1}
    for name in ("prediction", "city", "__class__", "🎉"):
        if name in vectors:
            token = vectors[name].tokens[0]
            assert len(again.neighbors(name, token)) == 2
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "🎉" in page


@settings(deadline=None, max_examples=5)
@given(
    st.lists(
        # Blanks and marks without width around names do not count.
        st.text(max_size=20).map(trimmed).filter(bool),
        min_size=2,
        max_size=12,
        unique=True,
    )
)
def test_any_names(names):
    *names, target = names
    frame = table_of(names, target)
    model = model_of(frame, target)
    again = TableModel.from_config(model.get_config())
    assert list(again.lookup) == list(model.lookup) == names
    assert again.layout == model.layout
    inputs = model.encode({name: frame[name] for name in reversed(names)})
    assert model.model(inputs).shape == (ROWS, 1)


def test_names_that_are_no_text():
    frame = pd.DataFrame(
        {0: [1.5, 2.5] * 30, 1: ["a", "b", "c"] * 20, 2: ["x", "y"] * 30}
    )
    model = model_of(frame, "2")
    assert list(model.lookup) == ["0", "1"]
    np.testing.assert_array_equal(
        model.encode(frame)["numbers"],
        model.encode({"0": frame[0], "1": frame[1]})["numbers"],
    )


@pytest.mark.parametrize(
    "counts",
    [{}, {"file": np.arange(3), "a/b": np.zeros(0, int), "\0": np.ones(1, int)}],
)
def test_counts_of_ids_go_through_a_file(counts, tmp_path):
    save_counts(tmp_path / "counts.npz", counts)
    again = load_counts(tmp_path / "counts.npz")
    assert list(again) == list(counts)
    for name, array in counts.items():
        np.testing.assert_array_equal(again[name], array)


def test_a_target_of_any_name():
    for name in ("prediction", "probability_x", "numbers", "all"):
        frame = table_of(["city", "x"], name)
        model = model_of(frame, name)
        answers = model.answers(np.full((3, 1), 0.25, "float32"))
        assert answers.schema.names == [
            "prediction",
            "probability_no",
            "probability_yes",
        ]
