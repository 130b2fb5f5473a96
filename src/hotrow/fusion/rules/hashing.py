"""`Hashing` and `HashedCrossing` with vectors as output, as ids."""

import keras

from hotrow.fusion.core.encoding import IdsOfEncoding
from hotrow.fusion.core.fused_layer import in_place_of


@in_place_of(keras.layers.Hashing)
class FusedHashing(IdsOfEncoding, keras.layers.Hashing):
    """`Hashing` that gives the bins of its inputs."""


@in_place_of(keras.layers.HashedCrossing)
class FusedHashedCrossing(IdsOfEncoding, keras.layers.HashedCrossing):
    """`HashedCrossing` that gives the bins of its pairs of inputs."""
