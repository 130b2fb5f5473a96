"""Models around other models."""

from hotrow.models.raw_model import RawModel

__all__ = ["RawModel"]
