"""ptflops: its default backend of module hooks and patched functions, and its ATen backend."""

import io
from typing import Any

from torch import nn

from convcost.core.errors import MeasurementError
from convcost.trace.counters import Args, Counter, Kwargs, Printout


def hooks(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Count by the default backend; what its hooks gave to each module is read before it is thrown away."""
    from ptflops import pytorch_engine

    modules: dict[str, int] = {}
    average = pytorch_engine.compute_average_flops_cost

    def noting(self: Any) -> object:
        modules.update({name: m.__flops__ for name, m in self.named_modules() if hasattr(m, "__flops__")})
        return average(self)

    pytorch_engine.compute_average_flops_cost = noting
    return Printout(_complexity(model, args, kwargs, "pytorch"), modules)


def aten(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Count by the ATen backend, which gives whole children of the model, not layers."""
    return Printout(_complexity(model, args, kwargs, "aten"))


def _complexity(model: nn.Module, args: Args, kwargs: Kwargs, backend: str) -> int:
    from ptflops import get_model_complexity_info

    whole = model if not args or (len(args) == 1 and not kwargs) else _Named(model, args, kwargs)
    given = args[0] if len(args) == 1 and not kwargs else {**kwargs}
    macs, _ = get_model_complexity_info(
        whole,
        (1,),
        as_strings=False,
        print_per_layer_stat=False,
        backend=backend,
        ost=io.StringIO(),
        input_constructor=lambda _: given,
    )
    if macs is None:
        raise MeasurementError("it stopped with an error of its own")
    return int(macs)


class _Named(nn.Module):
    """A model without arguments for one of several positional ones, which ptflops cannot pass on."""

    def __init__(self, model: nn.Module, args: Args, kwargs: Kwargs) -> None:
        super().__init__()
        self.model, self.given = model, (args, kwargs)

    def forward(self, **_: object) -> object:
        args, kwargs = self.given
        return self.model(*args, **kwargs)


COUNTERS = (
    Counter("ptflops", ("ptflops",), "ptflops", "macs", hooks),
    Counter("ptflops-aten", ("ptflops",), "ptflops", "macs", aten),
)
