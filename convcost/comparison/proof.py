"""Whether a paper's formula and a real model's are one function of batch, height and width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from convcost.comparison.align import Pair, align, signature
from convcost.core.architecture import Network
from convcost.core.numeric import Shape
from convcost.symbolic.domain import Domain
from convcost.symbolic.equality import Counterexample, counterexample, equal
from convcost.symbolic.expressions import expression
from convcost.symbolic.resolution import Terms, collected, difference, text

QUANTITIES = {"MACs": "macs", "parameters": "parameters"}
TOTAL = "total"
UNUSED = "never used"
"""The stage of the parameters that no call of the model uses."""


@dataclass(frozen=True)
class Part:
    """One operator of a network that multiplies and accumulates or has parameters.

    `macs` and `parameters` are whole numbers or SymPy expressions in the sizes of the network's input; so may be
    the sizes in `inputs`. `block` is the stage of the paper, or the model's module.
    """

    name: str
    block: str
    operator: str
    inputs: tuple[Shape, ...]
    hyper: Mapping[str, Any]
    macs: Any
    parameters: Any


@dataclass(frozen=True)
class Layer:
    """A layer in which the sides differ, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Theorem:
    """The two are one function everywhere in the domain: `terms`, collected by resolution."""

    quantity: str
    stage: str
    terms: Terms

    @property
    def expression(self) -> Any:
        """The function as a SymPy expression in B, H and W."""
        return sum((coefficient * size for coefficient, size in self.terms), expression(0))


@dataclass(frozen=True)
class Residual:
    """What the model has more than the formula, the smallest input that shows it, and the layers it is in.

    `left` of the counterexample is the formula's value, `right` the model's.
    """

    quantity: str
    stage: str
    terms: Terms
    counterexample: Counterexample
    layers: tuple[Layer, ...]

    @property
    def expression(self) -> Any:
        """The difference as a SymPy expression in B, H and W."""
        return sum((coefficient * size for coefficient, size in self.terms), expression(0))

    @property
    def sentence(self) -> str:
        """The residual in words, without the counterexample."""
        signs = {coefficient.could_extract_minus_sign() for coefficient, _ in self.terms}
        if signs == {False}:
            return f"the model has {text(self.terms)} more"
        if signs == {True}:
            return f"the model has {text(tuple((-c, size) for c, size in self.terms))} fewer"
        return f"the model less the formula is {text(self.terms)}"


@dataclass(frozen=True)
class Proof:
    """Every statement of one comparison: the totals first, then stage by stage.

    `unknown` has the operators that the model calls and the book has no formula for, and how often: nothing is
    said of their multiply-accumulates, and nothing is proved of the model's.
    """

    domain: Domain
    statements: tuple[Theorem | Residual, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)

    @property
    def proved(self) -> bool:
        """Whether all are theorems, and all of the model is in them."""
        return not self.residuals and not self.unknown

    @property
    def totals(self) -> tuple[Theorem | Residual, ...]:
        """The statements about the whole network."""
        return tuple(s for s in self.statements if s.stage == TOTAL)

    @property
    def residuals(self) -> tuple[Residual, ...]:
        """What is not equal, the totals first."""
        return tuple(s for s in self.statements if isinstance(s, Residual))

    @property
    def words(self) -> str:
        """The domain in one line."""
        return self.domain.words(self.domain.least)


def parts_of(network: Network) -> list[Part]:
    """The parts of a network, in the paper's order; a stage is an outermost block."""
    return [
        Part(
            line.name,
            line.block.partition(".")[0],
            line.operator.name,
            line.inputs,
            line.hyper,
            line.cost.macs,
            line.cost.parameters,
        )
        for line in network.calls
        if counts(line.cost.macs, line.cost.parameters)
    ]


def counts(macs: Any, parameters: Any) -> bool:
    """Whether an operator takes part in a proof."""
    return not (expression(macs) == 0 and expression(parameters) == 0)


def prove(formula: Sequence[Part], model: Sequence[Part], domain: Domain) -> Proof:
    """Decide, in total and stage by stage, whether both sides are equal everywhere in the domain.

    A call of the model is in the stage of the line that it is; one without a line is in the stage before it.
    Raises UndecidableError where an expression is outside the class that can be decided.
    """
    pairs = align(*([_signature(p) for p in side] for side in (formula, model)), *_kinds(formula, model))
    stages = _stages(formula, model, pairs)
    sides = [(TOTAL, [*range(len(formula))], [*range(len(model))]), *stages]
    statements: list[Theorem | Residual] = []
    for stage, ours, theirs in sides:
        for quantity, attribute in QUANTITIES.items():
            left = expression(sum(getattr(formula[i], attribute) for i in ours))
            right = expression(sum(getattr(model[j], attribute) for j in theirs))
            found = counterexample(left, right, domain)
            if found is None:
                statements.append(Theorem(quantity, stage, collected(left, domain)))
            else:
                rows = [(i, j) for i, j in pairs if i in ours or j in theirs]
                layers = tuple(_different(formula, model, rows, attribute, domain))
                terms = difference(right, left, domain)
                statements.append(Residual(quantity, stage, terms, found, layers))
    return Proof(domain, tuple(statements))


def _signature(part: Part) -> Any:
    return signature(part.operator, part.inputs, part.hyper)


def _kinds(*sides: Sequence[Part]) -> list[list[str]]:
    return [[part.operator for part in side] for side in sides]


def _stages(
    formula: Sequence[Part], model: Sequence[Part], pairs: Sequence[Pair]
) -> list[tuple[str, list[int], list[int]]]:
    lines = {j: i for i, j in pairs if i is not None and j is not None}
    found: dict[str, tuple[list[int], list[int]]] = {}
    for i, part in enumerate(formula):
        found.setdefault(part.block, ([], []))[0].append(i)
    stage = next(iter(found), TOTAL)
    for j, part in enumerate(model):
        stage = formula[lines[j]].block if j in lines else UNUSED if part.block == UNUSED else stage
        found.setdefault(stage, ([], []))[1].append(j)
    return [(name, ours, theirs) for name, (ours, theirs) in found.items()]


def _different(
    formula: Sequence[Part], model: Sequence[Part], pairs: Iterable[Pair], attribute: str, domain: Domain
) -> Iterable[Layer]:
    for i, j in pairs:
        ours, theirs = (None if i is None else formula[i]), (None if j is None else model[j])
        left, right = (getattr(part, attribute) if part else 0 for part in (ours, theirs))
        if not equal(left, right, domain):
            yield Layer((ours or theirs).name, _reason(ours, theirs, attribute))  # type: ignore[union-attr]


# Settings that the other quantity depends on alone.
_WITHOUT = {"macs": ("bias",), "parameters": ("stride", "padding", "dilation", "ceil_mode")}


def _reason(ours: Part | None, theirs: Part | None, attribute: str) -> str:
    if theirs is None:
        return "the formula has this layer, the model never calls it"
    if ours is None:
        if theirs.block == UNUSED:
            return "parameters that the model has and no call of it uses"
        return "the model calls this, the formula has no such layer"
    settings = "; ".join(
        f"{name.replace('_', ' ')} is {value} in the formula, {theirs.hyper.get(name)} in the model"
        for name, value in ours.hyper.items()
        if theirs.hyper.get(name) != value and name not in _WITHOUT[attribute]
    )
    return settings or "its input differs: an earlier layer does"
