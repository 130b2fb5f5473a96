"""The functions of `hotrow.backend.contract` on JAX."""
