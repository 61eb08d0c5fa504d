"""torchprofile's MACs from a torch.jit trace."""

import warnings
from typing import Any

from torch import nn

from convcost.trace.counters import Args, Counter, Kwargs, Printout


def count(model: nn.Module, args: Args, kwargs: Kwargs) -> Printout:
    """Return what `profile_macs` returns; it takes no keyword arguments."""
    from torchprofile import profile_macs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        total: Any = profile_macs(model, args)
    return Printout(int(total))


COUNTERS = (Counter("torchprofile", ("torchprofile",), "torchprofile", "macs", count, keywords=False),)
