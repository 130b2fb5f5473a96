"""The functions of `hotrow.backend.contract` on PyTorch."""
