"""Registry of `fuse`: the rule for each layer of Keras."""

import keras

from hotrow.fusion.core.fused_layer import FusedLayer
from hotrow.fusion.core.joining import JoinedFeatures, JoinedTensors
from hotrow.fusion.core.passer import Passer
from hotrow.fusion.core.producers import FusedOneHot, Producer
from hotrow.fusion.rules.bidirectional import FusedBidirectional
from hotrow.fusion.rules.category_encoding import FusedCategoryEncoding
from hotrow.fusion.rules.concatenate import FusedConcatenate
from hotrow.fusion.rules.conv1d import FusedConv1D
from hotrow.fusion.rules.dense import FusedDense
from hotrow.fusion.rules.discretization import FusedDiscretization
from hotrow.fusion.rules.dropout import FusedDropout, FusedSpatialDropout1D
from hotrow.fusion.rules.einsum_dense import FusedEinsumDense
from hotrow.fusion.rules.hashing import FusedHashedCrossing, FusedHashing
from hotrow.fusion.rules.index_lookup import FusedIntegerLookup, FusedStringLookup
from hotrow.fusion.rules.masking import FusedMasking
from hotrow.fusion.rules.operations import MultiHotIds, OneHotIds
from hotrow.fusion.rules.reshaping import FusedFlatten, FusedReshape
from hotrow.fusion.rules.rnn import FusedGRU, FusedLSTM, FusedRNN, FusedSimpleRNN
from hotrow.fusion.rules.text_vectorization import BagOfWords
from hotrow.fusion.rules.time_distributed import FusedTimeDistributed

PRODUCERS: dict[type[keras.Operation], type[Producer]] = {
    cls.replaces: cls
    for cls in (
        FusedOneHot,
        FusedCategoryEncoding,
        FusedStringLookup,
        FusedIntegerLookup,
        FusedHashing,
        FusedHashedCrossing,
        FusedDiscretization,
        OneHotIds,
        MultiHotIds,
        BagOfWords,
    )
}
PASSERS: dict[type[keras.Operation], type[Passer]] = {
    cls.replaces: cls
    for cls in (
        FusedDropout,
        FusedSpatialDropout1D,
        FusedMasking,
        FusedFlatten,
        FusedReshape,
        FusedConcatenate,
        JoinedFeatures,
        JoinedTensors,
    )
}
CONSUMERS: dict[type[keras.Layer], type[FusedLayer]] = {
    cls.replaces: cls
    for cls in (
        FusedDense,
        FusedTimeDistributed,
        FusedEinsumDense,
        FusedConv1D,
        FusedSimpleRNN,
        FusedGRU,
        FusedLSTM,
        FusedRNN,
        FusedBidirectional,
    )
}
