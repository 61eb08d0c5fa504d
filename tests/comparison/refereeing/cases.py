"""One-operator models. Among them is every reproducible wrong count that a forward pass of a counter here shows."""

from __future__ import annotations

from tests.comparison.refereeing import layers, others, products
from tests.comparison.refereeing.case import Case

CASES: dict[str, Case] = {
    **layers.CONVOLUTIONS,
    **layers.TRANSPOSED,
    **layers.LINEAR,
    **products.PRODUCTS,
    **products.ATTENTION,
    **products.RECURRENT,
    **others.NORMS,
    **others.ACTIVATIONS,
    **others.POOLS,
    **others.RESIZES,
    **others.POINTWISE,
}
