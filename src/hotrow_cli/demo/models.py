"""The two classifiers. They differ in their first layer alone."""

from typing import Any

import keras

import hotrow

EMBEDDING, ONE_HOT = "embedding", "one_hot"
KINDS = (EMBEDDING, ONE_HOT)
TABLE = "table"


def build_model(
    kind: str, vocabulary_size: int, width: int, length: int, packages: int, seed: int
) -> keras.Model:
    """Builds a compiled classifier of snippets.

    The first layer turns `(batch, length)` ids into `(batch, length, width)` vectors:
    `hotrow.Embedding`, or `hotrow.OneHot` times the kernel of a bias-free `Dense`.
    A one-hot vector times a matrix is one row of it, so they compute the same from the
    same table. Then come the mean of the vectors that are not padding, and one dense
    layer.

    Args:
        kind: `"embedding"` or `"one_hot"`.
        vocabulary_size: Number of ids; 0 is padding.
        width: Length of a word vector.
        length: Ids in a snippet.
        packages: Number of classes.
        seed: Seed of the table, the same table for both kinds.
    """
    ids = keras.Input((length,), dtype="int32", name="ids")
    start = keras.initializers.RandomUniform(-0.05, 0.05, seed=seed)
    if kind == EMBEDDING:
        vectors = hotrow.Embedding(
            vocabulary_size,
            width,
            embeddings_initializer=start,
            mask_zero=True,
            name=TABLE,
        )(ids)
    else:
        one_hot = hotrow.OneHot(vocabulary_size, mask_zero=True)(ids)
        vectors = keras.layers.Dense(
            width, use_bias=False, kernel_initializer=start, name=TABLE
        )(one_hot)
    # Dropping whole words keeps a snippet's answer from hanging on a single one.
    vectors = keras.layers.Dropout(0.5, noise_shape=(None, length, 1))(vectors)
    mean = keras.layers.GlobalAveragePooling1D()(vectors)
    mean = keras.layers.Dropout(0.5)(mean)
    outputs = keras.layers.Dense(packages, activation="softmax", name="package")(mean)
    model = keras.Model(ids, outputs, name=kind)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-2),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def embedding_matrix(model: keras.Model) -> Any:
    """Returns the trained word vectors, of shape `(vocabulary_size, width)`."""
    return keras.ops.convert_to_numpy(model.get_layer(TABLE).weights[0])
