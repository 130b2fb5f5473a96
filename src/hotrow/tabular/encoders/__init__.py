"""From raw columns to the arrays that a network takes: one encoder a kind."""

from hotrow.tabular.encoders.code_lookup import CodeLookup
from hotrow.tabular.encoders.dates import Dates
from hotrow.tabular.encoders.numbers import Numbers
from hotrow.tabular.encoders.split_lookup import SplitLookup
from hotrow.tabular.encoders.target_encoder import TargetEncoder
from hotrow.tabular.encoders.text_lookup import TextLookup
from hotrow.tabular.encoders.value_lookup import ValueLookup

__all__ = [
    "CodeLookup",
    "Dates",
    "Numbers",
    "SplitLookup",
    "TargetEncoder",
    "TextLookup",
    "ValueLookup",
]
