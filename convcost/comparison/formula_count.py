"""What a network or a model costs by the formulas alone, and the modules that its cost is in; no counter is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from convcost.core.architecture import Network
from convcost.core.convention import Convention
from convcost.core.op_call import OpCall, upwards
from convcost.core.registry import find
from convcost.core.spec import TensorSpec

if TYPE_CHECKING:
    from torch import nn

    from convcost.trace.modules import ModuleRun
    from convcost.trace.values import ValueDependence


@dataclass(frozen=True)
class FormulaCount:
    """The operator calls of a forward pass, each with its cost, and what is held in memory.

    name             what the model is called
    paper            the paper's network; None for a model that is counted by its operators
    inputs           shapes of the inputs
    calls            in order
    parameters       elements, shared ones once
    trainable        those of them that are trained
    parameter_bytes  their size; of a paper's network, four bytes per element
    input_bytes      size of the inputs
    modules          of a model: its tree
    dependence       of a model: where the values of its input decide what it costs
    unseen           of a model: what it does that no call stands for
    """

    name: str
    paper: Network | None
    inputs: tuple[TensorSpec, ...]
    calls: tuple[OpCall, ...]
    parameters: int
    trainable: int
    parameter_bytes: int
    input_bytes: int
    modules: tuple[ModuleRun, ...] = ()
    dependence: ValueDependence | None = None
    unseen: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all products are counted."""
        return not self.unseen and not any(call.may_multiply for call in self.calls)

    @property
    def frozen(self) -> int:
        """The parameters that are not trained."""
        return self.parameters - self.trainable

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of all products."""
        return sum(int(call.macs) for call in self.calls)

    @cached_property
    def flops(self) -> int:
        """Two operations per multiply-accumulate, and one for each other operation."""
        weigh = find(Convention, "flops", "unit").weigh
        return sum(int(weigh(call) or 0) for call in self.calls if call.operator)

    def in_real_numbers(self) -> FormulaCount:
        """Return the same with four real multiply-accumulates for each complex one."""
        return replace(self, calls=tuple(call.in_real_numbers() for call in self.calls))

    @property
    def activations(self) -> int:
        """Elements that products write."""
        return sum(int(call.cost.activations) for call in self.calls if call.is_product)

    @property
    def outputs(self) -> int:
        """Elements that all operators write."""
        return sum(int(call.cost.activations) for call in self.calls)

    @property
    def output_bytes(self) -> int:
        """The size of these elements."""
        return sum(int(call.cost.activations) * call.site.element_size for call in self.calls)

    @property
    def not_counted(self) -> dict[str, int]:
        """Operators without a formula, and how often each is called: they are in no count, whatever they cost."""
        return dict(Counter(call.aten for call in self.calls if call.operator is None).most_common())


def of_network(network: Network) -> FormulaCount:
    """Return what a paper's network costs, in numbers of four bytes."""
    spec = TensorSpec(tuple(map(int, network.input_shape)))
    parameters = int(network.cost.parameters)
    name = network.architecture.name
    return FormulaCount(
        name, network, (spec,), network.calls, parameters, parameters, 4 * parameters, 4 * spec.elements
    )


def of_module(
    model: nn.Module, inputs: object, name: str, paper: Network | None = None, nonzero: bool = False
) -> FormulaCount:
    """Return what a module of PyTorch costs on these inputs (see `Inputs.of`); `paper` is the network that it is of.

    With `nonzero`, weights that are zero multiply nothing. Raises MeasurementError where it cannot run.
    """
    from convcost.trace.capture import capture, capture_with_weights
    from convcost.trace.copies import Inputs, dtype_of

    given = Inputs.of(inputs)
    found = capture_with_weights(model, given) if nonzero else capture(model, given)
    calls = tuple(call.of_nonzero_weights() for call in found.calls) if nonzero else found.calls
    return FormulaCount(
        name=name,
        paper=paper,
        inputs=given.specs,
        calls=calls,
        parameters=found.parameters,
        trainable=sum(run.trainable for run in found.modules),
        parameter_bytes=sum(run.size for run in found.modules),
        input_bytes=sum(spec.elements * dtype_of(spec, model).itemsize for spec in given.specs),
        modules=found.modules,
        dependence=found.dependence,
        unseen=tuple(map(str, found.unseen)),
    )


@dataclass(frozen=True)
class Branch:
    """A module with all that is in it, or the calls that a module makes besides those of the modules in it.

    macs         of all its products
    parameters   elements, of what is shared at the first place alone
    own          whether it is a module's own calls and parameters, without those of the modules in it
    used         whether it or a module in it runs, or a call uses its parameters
    not_counted  operators in it without a formula, and how often each is called
    calls        of operators, in order
    """

    module: ModuleRun
    depth: int
    macs: int
    parameters: int
    own: bool = False
    used: bool = True
    not_counted: tuple[tuple[str, int], ...] = ()
    calls: tuple[OpCall, ...] = ()


def branches(count: FormulaCount, depth: int) -> list[Branch]:
    """Return the tree of a model down to a depth, in its own order: every number is in one of the last branches.

    A module that makes products or holds parameters of its own, besides those of the modules in it, is followed by a
    branch for these.
    """
    within: defaultdict[str, list[OpCall]] = defaultdict(list)
    for call in count.calls:
        for path in upwards(call.path):
            within[path].append(call)
    owned: Counter[str] = Counter()
    for run in count.modules:
        for path in upwards(run.path):
            owned[path] += run.trainable + run.frozen
    running = {path for run in count.modules if run.runs for path in upwards(run.path)}
    found: list[Branch] = []
    for run in count.modules:
        level = _depth(run.path)
        if level > depth or _inside(run.path, found):
            continue
        calls = [] if run.same_as else within[run.path]
        found.append(replace(_branch(run, level, calls, owned[run.path]), used=run.path in running))
        own = [call for call in calls if call.path == run.path]
        if not run.leaf and level < depth and (any(call.is_product for call in own) or run.trainable + run.frozen):
            found.append(_branch(run, level + 1, own, run.trainable + run.frozen, own=True))
    return found


def _branch(run: ModuleRun, depth: int, calls: Sequence[OpCall], parameters: int, own: bool = False) -> Branch:
    missing = Counter(call.aten for call in calls if call.operator is None)
    macs = sum(int(call.macs) for call in calls)
    return Branch(run, depth, macs, parameters, own, not_counted=tuple(missing.most_common()), calls=tuple(calls))


def last_branches(found: Sequence[Branch]) -> list[Branch]:
    """Return the branches that no other one is part of."""
    following = [*found[1:], None]
    return [branch for branch, after in zip(found, following, strict=True) if not after or after.depth <= branch.depth]


def _depth(path: str) -> int:
    return path.count(".") + 1 if path else 0


def _inside(path: str, found: Sequence[Branch]) -> bool:
    """Whether a module stands in one that is shown at its first place already."""
    return any(b.module.same_as and path.startswith(f"{b.module.path}.") for b in found)
