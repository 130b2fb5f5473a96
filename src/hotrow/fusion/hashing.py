"""`Hashing` and `HashedCrossing` with vectors as output, as ids."""

import keras

from hotrow.fusion.encoding import IdsOfEncoding
from hotrow.fusion.fused_layer import in_place_of


@in_place_of(keras.layers.Hashing)
class FusedHashing(IdsOfEncoding, keras.layers.Hashing):
    """`Hashing` that gives the bins of its inputs."""


@in_place_of(keras.layers.HashedCrossing)
class FusedHashedCrossing(IdsOfEncoding, keras.layers.HashedCrossing):
    """`HashedCrossing` that gives the bins of its pairs of inputs."""
