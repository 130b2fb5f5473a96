"""Lets Keras load a file of `hotrow.tabular`, which `import hotrow` does not load.

Keras finds a registered class by the name in the file. Until `hotrow.tabular` is
loaded, a class that loads it has each of these names.
"""

import importlib
from typing import Any

import keras

PACKAGE = "hotrow"
MODULES = {
    "CodeLookup": "hotrow.tabular.encoders.code_lookup",
    "Dates": "hotrow.tabular.encoders.dates",
    "FirstWeights": "hotrow.tabular.network.first_weights",
    "MaskedMean": "hotrow.tabular.network.masked_mean",
    "NumericInput": "hotrow.tabular.network.numeric_input",
    "Numbers": "hotrow.tabular.encoders.numbers",
    "SplitLookup": "hotrow.tabular.encoders.split_lookup",
    "TableModel": "hotrow.tabular.table_model",
    "TargetEncoder": "hotrow.tabular.encoders.target_encoder",
    "TextLookup": "hotrow.tabular.encoders.text_lookup",
    "ValueLookup": "hotrow.tabular.encoders.value_lookup",
}


class _StandIn:
    """Stands in for a class of a module that is not loaded yet."""

    def get_config(self) -> dict[str, Any]:
        """Keras registers no class without this method."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any], **kwargs: Any) -> Any:
        """Loads the module, and returns an object of the class of this name."""
        return real_class(cls.__name__).from_config(config, **kwargs)


def real_class(name: str) -> Any:
    """Loads the module of a class, which registers it, and returns the class."""
    return getattr(importlib.import_module(MODULES[name]), name)


for _name in MODULES:
    _stand_in = type(_name, (_StandIn,), {})
    keras.saving.register_keras_serializable(PACKAGE, _name)(_stand_in)
