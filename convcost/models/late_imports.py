"""Makes torchvision importable beside a torch that its compiled operators were not built for, whoever imports it.

Counting needs none of these operators, but its import fails unless two of them have a schema. They get one when they
are missed: after torchvision tried to load its own, before it registers kernels for them. Importing this imports no
torch.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_kept: list[Any] = []


class _Missed(MetaPathFinder):
    """Finds no module; defines the schemas when torchvision is about to need them."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        if name in ("torchvision._meta_registrations", "torchvision._autograd_registrations") and not _kept:
            torch = sys.modules["torch"]
            if not hasattr(torch.ops.torchvision, "nms"):
                library = torch.library.Library("torchvision", "FRAGMENT")
                for schema in _SCHEMAS:
                    library.define(schema)
                _kept.append(library)


def help_torchvision() -> None:
    """From now on every import of torchvision has what it misses."""
    if not any(isinstance(finder, _Missed) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Missed())
