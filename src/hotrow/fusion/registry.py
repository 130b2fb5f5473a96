"""What `fuse` knows: for each layer of Keras, what takes its place."""

import keras

from hotrow.fusion.bidirectional import FusedBidirectional
from hotrow.fusion.category_encoding import FusedCategoryEncoding
from hotrow.fusion.concatenate import FusedConcatenate
from hotrow.fusion.conv1d import FusedConv1D
from hotrow.fusion.dense import FusedDense
from hotrow.fusion.discretization import FusedDiscretization
from hotrow.fusion.dropout import FusedDropout, FusedSpatialDropout1D
from hotrow.fusion.einsum_dense import FusedEinsumDense
from hotrow.fusion.fused_layer import FusedLayer
from hotrow.fusion.hashing import FusedHashedCrossing, FusedHashing
from hotrow.fusion.index_lookup import FusedIntegerLookup, FusedStringLookup
from hotrow.fusion.joining import JoinedFeatures, JoinedTensors
from hotrow.fusion.masking import FusedMasking
from hotrow.fusion.operations import MultiHotIds, OneHotIds
from hotrow.fusion.passer import Passer
from hotrow.fusion.producers import FusedOneHot, Producer
from hotrow.fusion.reshaping import FusedFlatten, FusedReshape
from hotrow.fusion.rnn import FusedGRU, FusedLSTM, FusedRNN, FusedSimpleRNN
from hotrow.fusion.text_vectorization import BagOfWords
from hotrow.fusion.time_distributed import FusedTimeDistributed

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
