"""PyArrow, imported when it is first used, so that `import hotrow` stays light."""

import importlib
from typing import Any


class _Lazy:
    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        try:
            module = importlib.import_module(self._module)
        except ImportError as error:
            raise ImportError(
                "hotrow.Vocabulary keeps its tokens in Arrow arrays and needs the "
                "package pyarrow, which is not installed. Run `pip install "
                "'hotrow[vocabulary]'`."
            ) from error
        value = getattr(module, name)
        setattr(self, name, value)
        return value


pa: Any = _Lazy("pyarrow")
pc: Any = _Lazy("pyarrow.compute")
csv: Any = _Lazy("pyarrow.csv")
parquet: Any = _Lazy("pyarrow.parquet")
