"""Which call uses which parameters of a model, however they reach it: sliced, normalised, pruned or computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from torch import Tensor, nn

from convcost.trace.copies import tensors

_LAYERS = frozenset({"out_features", "out_channels", "hidden_size", "num_embeddings", "slopes"})


def is_layer(hyper: Mapping[str, object]) -> bool:
    """Whether an operator with these settings has weights of its own, and so uses what it is called with."""
    return bool(_LAYERS & hyper.keys() or hyper.get("affine"))


class Ownership:
    """Follows the parameters of a model while it runs.

    A tensor that holds parameters has a claim on so many real numbers of each. A call takes what its operands claim
    and no earlier call has taken. One that computes with parameters and constants alone takes nothing: whoever takes
    its result does, and if nobody does, it was the call that used them.
    """

    def __init__(self, model: nn.Module) -> None:
        # Keeping a tensor keeps its id from being used again.
        self._held: dict[int, tuple[Mapping[str, int], Tensor]] = {}
        self._lent: list[tuple[int, Mapping[str, int]]] = []
        named = dict(model.named_parameters())
        self._left = {name: _numbers(p) for name, p in named.items()}
        self._each = {name: 2 if p.is_complex() else 1 for name, p in named.items()}
        plain = (value for module in model.modules() for value in vars(module).values() if isinstance(value, Tensor))
        for constant in chain(model.buffers(), plain):
            self._held[id(constant)] = ({}, constant)
        for name, parameter in named.items():
            self._held[id(parameter)] = ({name: self._left[name]}, parameter)

    def follow(self, operands: Mapping[str, object], results: Sequence[object], whole: bool = False) -> None:
        """Take a view or copy of parameters for those parameters; of what is looked up `whole`, any may be used.

        What moves without operands, or among constants, is a constant.
        """
        given = list(tensors(operands))
        held = [self._held[id(tensor)] for tensor in given if id(tensor) in self._held]
        if any(claim for claim, _ in held) or len(held) == len(given):
            for result in tensors(results):
                joined: Counter[str] = Counter()
                for claim, source in held:
                    size = _numbers(result)
                    # Of a part of free size any may be used; comparing it would be a condition of the model's.
                    part = not whole and isinstance(size, int) and size < _numbers(source)
                    joined.update({name: min(n, size) if part else n for name, n in claim.items()})
                if not held:  # what is filled in place is no less than it was
                    joined.update(self._held.get(id(result), ({},))[0])
                self._held[id(result)] = (joined, result)

    def made_of(self, operands: Mapping[str, object]) -> bool:
        """Whether parameters are among the operands, and nothing else than parameters, constants and moves of them."""
        given = list(tensors(operands))
        return all(id(t) in self._held for t in given) and any(self._held[id(t)][0] for t in given)

    def weight_among(self, operands: Mapping[str, object]) -> Tensor | None:
        """Return the first operand with more than one axis that holds parameters, or is computed from them alone."""
        given = (tensor for tensor in tensors(operands) if tensor.dim() > 1)
        return next((tensor for tensor in given if self._held.get(id(tensor), ({}, tensor))[0]), None)

    def used(self, operands: Mapping[str, object], results: Iterable[object], number: int, layer: bool) -> int:
        """Return elements of parameters that the call of this number uses, and no call before it.

        layer  whether the operator has weights of its own
        """
        given = list(tensors(operands))
        if not layer and all(id(tensor) in self._held for tensor in given):
            self.follow(operands, list(results), whole=True)
            claims = [self._held[id(tensor)][0] for tensor in given]
            self._lent += [(number, claim) for claim in claims if claim]
            return 0
        return sum(self._taken(self._held[id(tensor)][0]) for tensor in given if id(tensor) in self._held)

    def state(self) -> tuple[dict[str, int], int]:
        """Return what is left of each parameter, and what was lent so far."""
        return dict(self._left), len(self._lent)

    def back_to(self, state: tuple[dict[str, int], int]) -> None:
        """Forget what was used and lent since."""
        self._left, lent = dict(state[0]), state[1]
        del self._lent[lent:]

    def never_taken(self) -> Counter[int]:
        """Return the parameters whose computed values no call takes, by the number of the call that computed them."""
        found: Counter[int] = Counter()
        for number, claim in self._lent:
            found[number] += self._taken(claim)
        return found

    def _taken(self, claim: Mapping[str, int]) -> int:
        used = 0
        for owner, numbers in claim.items():
            taken = min(numbers, self._left[owner])
            self._left[owner] -= taken
            used += taken // self._each[owner]
        return used


def _numbers(tensor: Tensor) -> int:
    """Return how many real numbers a tensor has: two per element of a complex one."""
    return tensor.numel() * (2 if tensor.is_complex() else 1)
