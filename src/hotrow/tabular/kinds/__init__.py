"""Kinds of columns: one class and one file a kind, listed in `registry.py`."""

from hotrow.tabular.kinds.find import find_kind
from hotrow.tabular.kinds.kind import Kind, LeftOutKind, UsedKind
from hotrow.tabular.kinds.registry import KINDS, USED_KINDS

__all__ = ["KINDS", "USED_KINDS", "Kind", "LeftOutKind", "UsedKind", "find_kind"]
