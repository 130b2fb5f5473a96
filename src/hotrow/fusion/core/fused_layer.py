"""Base of fused layers: they take the terms of a plan in place of vectors."""

from collections.abc import Callable
from typing import Any, ClassVar

import keras

from hotrow import keras_compat
from hotrow.fusion.core.plan import Plan
from hotrow.tables import registry


def in_place_of(layer: type[keras.Layer]) -> Callable[[type], type]:
    """Says which layer of Keras a class takes the place of.

    The class is saved under the name that it has in the source. It then goes by the
    name of the layer, by which files of weights call their parts: so such a file holds
    for a model and for its fused one.
    """

    def decorate(cls: Any) -> Any:
        register = keras.saving.register_keras_serializable
        register(package="hotrow", name=cls.__name__)(cls)
        cls.replaces = layer
        cls.__name__ = layer.__name__
        return cls

    return decorate


class FusedLayer:
    """Mixin of layers that take ids in place of the one-hot vectors that they mean.

    A fused layer is a subclass of the Keras layer whose place it takes, with the same
    name, config, variables and file layout, and one more argument, `hot`: the plan of
    its input. It is called on the tensors of the plan, one or a list.

    A subclass is decorated with `in_place_of`, and defines `kernels` and `call`.
    """

    replaces: ClassVar[type[keras.Layer]]
    # Whether the layer of Keras drops masks, with a warning.
    ends_masks: ClassVar[bool] = False

    def __init__(self, *args: Any, hot: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hot = Plan.from_config(hot)
        if self.ends_masks:
            # Keras takes a `compute_mask`, which all fused layers have, for support.
            self.supports_masking = False
        # That of the layer is about vectors.
        self.input_spec: Any = None
        # Then the layer asks itself for shapes, and means vectors.
        self._is_building = False

    @classmethod
    def refusal(
        cls, layer: Any, plan: Plan, shape: tuple[int | None, ...]
    ) -> str | None:
        """Returns why `layer` cannot be fused, or None if it can.

        Args:
            layer: A layer of the class `replaces`.
            plan: Plan of the vectors that it is called on.
            shape: Shape of these vectors.
        """
        return None

    @classmethod
    def twin(cls, layer: Any, plan: Plan) -> Any:
        """Returns a fused layer that has the variables of `layer`."""
        config = {**layer.get_config(), "hot": plan}
        twin: Any = cls.from_config(config)  # type: ignore[attr-defined]
        twin.adopt(layer)
        return twin

    def adopt(self, layer: Any) -> None:
        """Takes the variables, layers and seeds of `layer`, in place of own ones."""
        keras_compat.share_state(self, layer)
        self.activity_regularizer = layer.activity_regularizer
        self.built = True
        self._after_build()
        for kernel, _ in self.kernels():
            table = registry.find(kernel)
            if table is not None:
                table.whole_readers.add(layer)

    def kernels(self) -> list[tuple[keras.Variable, int]]:
        """Returns the variables that are looked up, and how many axes count rows."""
        return []

    def build(self, input_shape: Any) -> None:
        """Creates the variables of the layer."""
        self._is_building = True
        super().build(self.hot.vector_shape(input_shape))  # type: ignore[misc]
        self._is_building = False
        self._after_build()

    def _after_build(self) -> None:
        self.input_spec = None
        for kernel, row_axes in self.kernels():
            # Lazy updates would change what these two do.
            has_more = kernel.constraint is not None or kernel.regularizer is not None
            if not has_more and registry.find(kernel) is None:
                dtype = self.compute_dtype  # type: ignore[attr-defined]
                registry.register(kernel, None, dtype, row_axes)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of the output."""
        if not self._is_building:
            input_shape = self.hot.vector_shape(input_shape)
        return super().compute_output_shape(input_shape)  # type: ignore[misc]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of the output."""
        mask = only_mask(previous_mask)
        return super().compute_mask(inputs, mask)  # type: ignore[misc]

    def save_own_variables(self, store: Any) -> None:
        """Saves the variables of the layer, as weight decay has left them by now."""
        for variable in self.weights:  # type: ignore[attr-defined]
            registry.catch_up(variable)
        super().save_own_variables(store)  # type: ignore[misc]

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the layer."""
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return {**config, "hot": self.hot.to_config()}


def only_mask(masks: Any) -> Any | None:
    """Returns the mask of a plan, all of whose tensors carry the same or none."""
    given = [mask for mask in keras.tree.flatten(masks) if mask is not None]
    return given[0] if given else None


def quantization_refusal(layer: Any) -> str | None:
    """Returns why a layer whose kernel is no plain variable cannot be fused."""
    if getattr(layer, "quantization_mode", None) is not None:
        return f"its kernel is quantized ({layer.quantization_mode})"
    if getattr(layer, "lora_enabled", False):
        return "its kernel has LoRA"
    return None
