"""What a network, a part of it or a formula comes to under a reading: exact, from the records of the registry."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from convcost.comparison.published.notation import NUMBER, ClaimError, NamedCost
from convcost.comparison.published.reading import DEPTH_MULTIPLIER, PARAMETERS, Reading
from convcost.core.architecture import Architecture, Network
from convcost.core.convention import Convention
from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, as_fraction
from convcost.core.op_call import OpCall
from convcost.core.record import Formula
from convcost.core.registry import find, lookup

_SEVEN = (7, 7)


def count(named: NamedCost, metric: str, counting: str, reading: Reading) -> Fraction:
    """Return what a metric is of what is named, in one of the countings of `reading`.

    Raises ConvcostError for a name, an option or a part that the registry does not have, or a value outside the domain.
    """
    record = lookup(named.name)
    counting = reading.counting or counting
    if isinstance(record, Architecture):
        options = tuple((name, value) for name, value in reading.options if name in {o.name for o in record.options})
        # An image that is read differently takes the place of the multiplier that made it.
        replaced = {o.name for o in record.options if o.scales in dict(options)}
        given = {name: value for name, value in named.settings if name not in replaced}
        # Readings that come to the same settings share a network.
        settings = tuple(sorted(record.settings({**given, **dict(options)}).items()))
        exact = _part(named.name, settings, named.part, counting, reading.scope, reading.separable)
    else:
        exact = _formula(record, named, metric, counting)
    return as_fraction(exact * reading.factor)


def _formula(record: Formula, named: NamedCost, metric: str, counting: str) -> Count:
    if named.part:
        raise ClaimError(f"{named.name} is one formula and has no part {named.part!r}")
    wrong = [value for _, value in named.settings if not NUMBER.fullmatch(value)]
    if wrong:
        raise ClaimError(f"{named.name} takes numbers, and {wrong[0]!r} is not one")
    values = {name: Fraction(value) for name, value in named.settings}
    names = {symbol.name for symbol in record.symbols}
    full = record.complete_values(values)
    if set(full) != names or not set(values) <= names:
        raise ClaimError(f"{named.name} needs values for {', '.join(sorted(names))} and for nothing else")
    whole = {name: int(value) if value == int(value) else value for name, value in full.items()}
    if metric == "field":
        return _extent(record, whole)
    cost = record.evaluate(whole)
    known = {"params": cost.parameters, "activations": cost.activations}
    return known[metric] if metric in known else _operations(cost, counting)


def _extent(record: Formula, values: Mapping[str, Count]) -> Count:
    found = record.derive(values)
    if not isinstance(found, Result) or not found.windows:
        raise ClaimError(f"{record.name} does not say how far an output sees")
    return found.windows[0].extent


def _operations(cost: Cost, counting: str) -> Count:
    if counting == "macs+bias":
        return cost.macs + cost.bias_adds
    return 2 * cost.macs + cost.bias_adds + cost.elementwise if counting == "flops" else cost.macs


_Settings = tuple[tuple[str, Any], ...]


@cache
def _network(name: str, settings: _Settings, scope: str) -> Network:
    architecture = find(Architecture, name, "network")
    return architecture.network(dict(settings), rounding=scope != "unrounded", auxiliary=scope == "auxiliary")


@cache
def _counted(name: str, settings: _Settings, counting: str, scope: str) -> tuple[Count, ...]:
    """Return the count of every call of a network."""
    return tuple(_count(call, counting) for call in _network(name, settings, scope).calls)


@cache
def _part(name: str, settings: _Settings, part: str, counting: str, scope: str, separable: bool) -> Count:
    # Most scopes leave out calls of the same network.
    built = scope if scope in ("auxiliary", "unrounded") else ""
    network = _network(name, settings, built)
    kept = _kept(network, part) - _dropped(network, scope)
    counted = _counted(name, settings, counting, built)
    total = sum(counted[number] for number in kept)
    if separable:
        first = next(n for n, call in enumerate(network.calls) if call.is_product)
        if first in kept and network.calls[first].hyper.get("kernel_size") == _SEVEN:
            total += _separable(network.calls[first], counting) - counted[first]
    return total


def _kept(network: Network, part: str) -> set[int]:
    """Return the numbers of the calls in a part; a kind of layer is its convolutions or linear layers alone."""
    calls = network.calls
    if part in ("", "body", "head"):
        last = network.core[-1]
        head = {number for number, call in enumerate(calls) if call is last}
        return head if part == "head" else set(range(len(calls))) - (head if part == "body" else set())
    kept = {number for number, call in enumerate(calls) if call.path == part or call.path.startswith(f"{part}.")}
    kept = kept or {number for number, call in enumerate(calls) if call.is_product and call.kind == part}
    if not kept:
        raise ClaimError(f"{network.architecture.name} has no layer, block or kind of layer {part!r}")
    return kept


def _dropped(network: Network, scope: str) -> set[int]:
    core = [number for number, call in enumerate(network.calls) if call.is_product]
    if scope == "no linear":
        return {number for number in core if network.calls[number].name == "linear"}
    return {"no head": {core[-1]}, "no first": {core[0]}}.get(scope, set())


def _count(call: OpCall, counting: str) -> Count:
    cost: Cost = call.cost
    norm = call.name == "batch_norm"
    if counting == "extent":
        raise ClaimError("a field is one formula's, not a network's")
    if counting == "written":
        return cost.activations if call.is_product else 0
    if counting == "fvcore":
        return find(Convention, "fvcore", "convention").weigh(call) or 0
    if counting in ("weights", "weights+bias", "weights+bias+3bn"):
        if norm:
            # A batch norm of TF-slim has a shift and two statistics, but no scale.
            return 3 * call.inputs[0][1] if counting == "weights+bias+3bn" else 0
        if counting == "weights" and call.is_product:
            return call.weights
        return cost.parameters
    if counting in ("numel", "numel+statistics"):
        return cost.parameters + (2 * call.inputs[0][1] if norm and counting == "numel+statistics" else 0)
    return _operations(cost, counting)


def _separable(call: OpCall, counting: str) -> int:
    """Return the count of the first convolution as a separable one (BN-Inception's, Ioffe & Szegedy 2015, Figure 5)."""
    _, filters, side, _ = map(int, call.output)
    values = {"D_K": _SEVEN[0], "M": call.inputs[0][1], "N": filters, "D_F": side, "m": DEPTH_MULTIPLIER}
    cost = find(Formula, "depthwise_separable_multiplied", "formula").evaluate(values)
    bias = filters if call.hyper.get("bias") else 0
    if counting in PARAMETERS:
        return int(cost.parameters) + (0 if counting == "weights" else bias)
    return int(_operations(cost, counting)) + (bias * side * side if counting in ("macs+bias", "flops") else 0)
