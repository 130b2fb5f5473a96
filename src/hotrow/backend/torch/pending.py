"""Gradients that wait for a later step, on PyTorch. Documented in `contract.py`."""

from typing import Any

import keras
import numpy as np
import torch


class PendingRows:
    """A list of the ids and rows of each step."""

    def __init__(
        self,
        steps: int,
        shape: tuple[int, ...],
        dtype: str,
        name: str,
        is_dense: bool,
    ) -> None:
        self._shape = shape
        self._none = keras.ops.zeros((0, *shape[1:]), dtype)
        self._parts: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._whole: torch.Tensor | None = None

    @property
    def variables(self) -> list[keras.Variable]:
        # A step reads and writes the state where it is.
        return []

    def reserve(self, ids: Any | None, rows: Any) -> None:
        """Nothing to do: lists grow."""

    def add(self, place: Any, ids: Any | None, rows: Any) -> None:
        rows = rows.detach()
        if ids is not None:
            # Copies: a gradient may be set to zero in place.
            self._parts.append((ids.clone(), rows.clone()))
        elif self._whole is None:
            self._whole = rows.clone()
        else:
            self._whole += rows

    def take(self, by_rows: bool) -> tuple[Any | None, Any]:
        if not self._parts and self._whole is None:
            return self._none.new_zeros(0, dtype=torch.int64), self._none
        if self._parts:
            ids, rows = (torch.cat(x) for x in zip(*self._parts, strict=True))
            if self._whole is None:
                return ids, rows
            return None, self._whole.index_add(0, ids, rows)
        return None, self._whole

    def clear(self) -> None:
        self._parts, self._whole = [], None

    def numpy(self) -> np.ndarray:
        ids, rows = self.take(by_rows=True)
        if ids is not None:
            dense = rows.new_zeros(self._shape)
            rows = dense.index_add_(0, ids, rows)
        values: np.ndarray = keras.ops.convert_to_numpy(rows)
        return values

    def load(self, dense: np.ndarray, place: int) -> None:
        self.clear()
        ids = np.flatnonzero(dense.any(axis=tuple(range(1, dense.ndim))))
        if len(ids):
            rows = torch.as_tensor(dense[ids]).to(self._none)
            self._parts.append((torch.as_tensor(ids, device=rows.device), rows))
