"""From PyTorch's calls to the registry's words: operator, input shapes and hyper-parameters, nothing else.

A binder reads only what the model passed (shapes of inputs and weights, numbers). It never looks at the
output: the formula must derive that.
"""

from torch.nn import functional as F  # noqa: N812

from convcost.trace.binders import arithmetic, products, rearrangement
from convcost.trace.binders.arguments import Binder, named

BINDERS: dict[str, Binder] = {**arithmetic.BINDERS, **products.BINDERS, **rearrangement.BINDERS}
"""The binder of each operator, by its ATen name without `aten::` and without the `_` of working in place."""

FUNCTIONS: dict[object, Binder] = {
    F.local_response_norm: named("local_response_norm", "input", settings=("size",)),
    **rearrangement.FUNCTIONS,
}
"""Functions that PyTorch itself writes in Python out of several operators, and that papers have as one."""
