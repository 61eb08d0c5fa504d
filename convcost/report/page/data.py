"""What a page's script is given of a network: its program, and what was measured where its dials start."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import Any

from convcost.explore.slider import Dial
from convcost.explore.structures import Layer, NetworkProgram, Structure
from convcost.report import text
from convcost.report.comparison import ComparisonReport, total_rows
from convcost.symbolic.derivation import Derivation

_SAFE = 2**53


def network_data(
    identifier: str,
    report: ComparisonReport,
    program: NetworkProgram,
    command: str,
    derivation: Derivation | None = None,
) -> dict[str, Any]:
    """The data of one network as JSON has it; whole numbers that a float cannot hold are strings.

    command  what compares the network, without the options that the dials stand for
    """
    comparison = report.comparison
    flops = comparison.unit == "flops"
    return {
        "id": identifier,
        "unit": "FLOPs" if flops else "MACs",
        "products": total_rows(comparison)[0][0],
        "measures": {"macs": "FLOPs" if flops else "MACs", "params": "parameters", **_activations(program)},
        "command": command,
        "input": _input(derivation, program),
        "fixed": _fixed(report, program),
        "groups": _groups(report),
        "verdicts": list(dict.fromkeys(str(row.verdict) for row in comparison.rows)),
        "program": {
            "dials": [_dial(report, dial) for dial in program.dials],
            "steps": [[name, _number(left), _number(right)] for name, left, right in program.steps],
            "structures": [_structure(structure) for structure in program.structures],
        },
        "measured": _measured(report, len(program.structures[0].layers)),
    }


def command(name: str, report: ComparisonReport, program: NetworkProgram, more: dict[str, list[str]]) -> str:
    """What one types to compare the network: its options that no dial stands for, and `more` (--model REF)."""
    dials = {dial.name for dial in program.dials}
    scaled = {o.name for o in _options(report) if o.scales}
    options = {key: [str(value)] for key, value in report.given.items() if key not in dials | scaled}
    words = [f"--{key.replace('_', '-')} {shlex.quote(v)}" for key, vs in {**options, **more}.items() for v in vs]
    return " ".join(["convcost compare", shlex.quote(name), *words])


def _input(derivation: Derivation | None, program: NetworkProgram) -> list[int | str] | None:
    """The input's sizes as one types them, the place of a dial where one stands for a size; None for no such input."""
    if derivation is None:
        return None
    places: dict[str, int | str] = {dial.name: place for place, dial in enumerate(program.dials)}
    return [places.get(size, size) for size in derivation.input.split("×")]


def _options(report: ComparisonReport) -> tuple[Any, ...]:
    paper = report.comparison.paper
    return paper.architecture.options if paper else ()


def _activations(program: NetworkProgram) -> dict[str, str]:
    known = any(layer.activations is not None for s in program.structures for layer in s.layers)
    return {"activations": "activations"} if known else {}


def _fixed(report: ComparisonReport, program: NetworkProgram) -> list[str]:
    """The settings that no dial stands for, in words; of a model its input."""
    paper = report.comparison.paper
    if paper is None:
        return [] if program.dials else [f"input {' and '.join(map(str, report.comparison.inputs)) or 'none'}"]
    dials = {dial.name for dial in program.dials}
    return [
        f"{option.symbol or option.name.replace('_', ' ')} = {text.plain(paper.settings[option.name])}"
        for option in paper.architecture.options
        if option.scales is None and option.name not in dials and paper.settings[option.name] is not None
    ]


def _groups(report: ComparisonReport) -> list[str]:
    """The kinds of layer, the costliest first."""
    costs: Counter[str] = Counter()
    for row in report.comparison.layers:
        costs[row.kind] += row.macs_formula or 0
    return [kind for kind, _ in costs.most_common()]


def _dial(report: ComparisonReport, dial: Dial) -> dict[str, Any]:
    factor = next((option.symbol for option in _options(report) if option.scales == dial.name), None)
    fields = ("name", "symbol", "meaning", "low", "high", "start", "denominator", "usual")
    return {**{name: getattr(dial, name) for name in fields}, "factor": factor}


def _structure(structure: Structure) -> dict[str, Any]:
    guards = [list(guard) for guard in structure.guards]
    if structure.refused:
        return {"guards": guards, "refused": structure.refused}
    totals = [structure.macs, structure.parameters, structure.activations]
    return {"guards": guards, "layers": [_layer(layer) for layer in structure.layers], "totals": totals}


def _layer(layer: Layer) -> list[Any]:
    words = [layer.name, layer.operator, layer.kind, layer.stride, layer.is_product]
    return [*words, layer.macs, layer.parameters, layer.activations, list(layer.output)]


def _measured(report: ComparisonReport, drawn: int) -> dict[str, Any]:
    """A row for each of the network's lines, then what the model calls besides."""
    rows, totals = report.comparison.rows, report.comparison.totals
    seen = [[_number(row.macs_measured), _number(row.params_measured), str(row.verdict), row.reason] for row in rows]
    extra = [
        [row.layer, row.kind, row.is_product, text.shape(row.output_shape), *found]
        for row, found in zip(rows[drawn:], seen[drawn:], strict=True)
    ]
    whole = [_number(totals.macs_measured), _number(totals.params_measured)]
    return {"rows": seen[:drawn], "extra": extra, "totals": whole}


def _number(value: int | None) -> int | str | None:
    return str(value) if value is not None and abs(value) >= _SAFE else value
