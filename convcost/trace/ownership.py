"""Which call uses which parameters first, through views, copies and look-ups of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

from torch import Tensor, nn


class Ownership:
    """Follows the parameters of a model while it runs.

    A tensor that holds parameters has a claim on so many elements of each. A call takes what its operands claim
    and no earlier call has taken.
    """

    def __init__(self, model: nn.Module) -> None:
        # Keeping a tensor keeps its id from being used again.
        self._held: dict[int, tuple[Mapping[str, int], Tensor]] = {}
        self._left = {name: p.numel() for name, p in model.named_parameters()}
        for name, tensor in chain(model.named_buffers(), model.named_parameters()):
            self._held[id(tensor)] = ({name: tensor.numel()} if name in self._left else {}, tensor)

    def follow(self, operands: Mapping[str, object], results: Iterable[object], whole: bool = False) -> None:
        """Take a view or copy of parameters for those parameters; of what is looked up `whole`, any may be used.

        What moves without operands, or among constants, is a constant.
        """
        tensors = list(_tensors(operands.values()))
        held = [self._held[id(tensor)] for tensor in tensors if id(tensor) in self._held]
        if any(claim for claim, _ in held) or len(held) == len(tensors):
            for result in _tensors(results):
                joined: Counter[str] = Counter()
                for claim, source in held:
                    size = result.numel()
                    # Of a part of open size any may be used; comparing it would be a condition of the model's.
                    part = not whole and isinstance(size, int) and size < source.numel()
                    joined.update({name: min(n, size) if part else n for name, n in claim.items()})
                if not held:  # what is filled in place is no less than it was
                    joined.update(self._held.get(id(result), ({},))[0])
                self._held[id(result)] = (joined, result)

    def made_of(self, operands: Mapping[str, object]) -> bool:
        """Whether parameters are among the operands, and nothing else than parameters, constants and moves of them."""
        tensors = list(_tensors(operands.values()))
        return all(id(t) in self._held for t in tensors) and any(self._held[id(t)][0] for t in tensors)

    def first_use(self, operands: Mapping[str, object]) -> int:
        """Return elements of parameters that no earlier call has taken."""
        used = 0
        for tensor in _tensors(operands.values()):
            claim, _ = self._held.get(id(tensor), ({}, tensor))
            for owner, elements in claim.items():
                taken = min(elements, self._left[owner])
                self._left[owner] -= taken
                used += taken
        return used


def _tensors(values: Iterable[object]) -> Iterable[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from (item for item in value if isinstance(item, Tensor))
