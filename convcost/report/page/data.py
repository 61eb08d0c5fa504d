"""What a page's script needs of a network: its program, and what was measured where its sliders start."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from typing import TypeAlias

from convcost.core.architecture import Option
from convcost.explore.network_program import NetworkProgram, Slider, Structure
from convcost.report import text
from convcost.report.comparison import ComparisonReport, total_rows
from convcost.report.page import parts
from convcost.symbolic.derivation import Derivation

_SAFE = 2**53

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"


def network_data(
    identifier: str,
    report: ComparisonReport,
    program: NetworkProgram,
    command: str,
    derivation: Derivation | None = None,
) -> dict[str, Json]:
    """Return the data of one network for JSON; whole numbers that a float cannot hold are strings.

    command  what compares the network, without the options that the sliders stand for
    """
    comparison = report.comparison
    flops = comparison.unit == "flops"
    return {
        "id": identifier,
        "title": parts.name(report),
        "unit": "FLOPs" if flops else "MACs",
        "products": total_rows(comparison)[0][0],
        "measures": {"macs": "FLOPs" if flops else "MACs", "params": "parameters", **_activations(program)},
        "command": command,
        "input": _input(derivation, program),
        "fixed": _fixed(report, program),
        "groups": _groups(report),
        "verdicts": list(dict.fromkeys(str(row.verdict) for row in comparison.rows)),
        "program": {
            "sliders": [_slider(report, slider) for slider in program.sliders],
            "steps": [[name, _number(left), _number(right)] for name, left, right in program.steps],
            "structures": [_structure(structure) for structure in program.structures],
        },
        "measured": _measured(report, len(program.structures[0].rows)),
    }


def command(name: str, report: ComparisonReport, program: NetworkProgram, more: Mapping[str, list[str]]) -> str:
    """Return the command that compares the network, with options that have no slider, and `more` (--model REF)."""
    sliders = {slider.name for slider in program.sliders}
    scaled = {o.name for o in _options(report) if o.scales}
    options = {key: [str(value)] for key, value in report.given.items() if key not in sliders | scaled}
    words = [f"--{key.replace('_', '-')} {shlex.quote(v)}" for key, vs in {**options, **more}.items() for v in vs]
    return " ".join(["convcost compare", shlex.quote(name), *words])


def _input(derivation: Derivation | None, program: NetworkProgram) -> list[int | str] | None:
    """Return the input's sizes as they are typed, and in place of a size that has a slider the slider's number."""
    if derivation is None:
        return None
    places: dict[str, int | str] = {slider.name: place for place, slider in enumerate(program.sliders)}
    return [places.get(size, size) for size in derivation.input.split("×")]


def _options(report: ComparisonReport) -> tuple[Option, ...]:
    paper = report.comparison.paper
    return paper.architecture.options if paper else ()


def _activations(program: NetworkProgram) -> dict[str, str]:
    known = any(row.activations is not None for structure in program.structures for row in structure.rows)
    return {"activations": "activations"} if known else {}


def _fixed(report: ComparisonReport, program: NetworkProgram) -> list[str]:
    """Return the settings that have no slider, in words; of a model its input."""
    paper = report.comparison.paper
    if paper is None:
        return [] if program.sliders else [f"input {' and '.join(map(str, report.comparison.inputs)) or 'none'}"]
    sliders = {slider.name for slider in program.sliders}
    return [
        f"{option.symbol or option.name.replace('_', ' ')} = {text.plain(paper.settings[option.name])}"
        for option in paper.architecture.options
        if option.scales is None and option.name not in sliders and paper.settings[option.name] is not None
    ]


def _groups(report: ComparisonReport) -> list[str]:
    """Return the kinds of layer, the costliest first."""
    costs: Counter[str] = Counter()
    for row in report.comparison.layers:
        costs[row.kind] += row.macs_formula or 0
    return [kind for kind, _ in costs.most_common()]


def _slider(report: ComparisonReport, slider: Slider) -> dict[str, Json]:
    factor = next((option.symbol for option in _options(report) if option.scales == slider.name), None)
    return {**asdict(slider), "factor": factor}


def _structure(structure: Structure) -> dict[str, Json]:
    guards: list[Json] = [list(guard) for guard in structure.guards]
    if structure.refused:
        return {"guards": guards, "refused": structure.refused}
    return {"guards": guards, "rows": list(map(astuple, structure.rows)), "totals": structure.totals}


def _measured(report: ComparisonReport, built: int) -> dict[str, Json]:
    """Return one row for each of the rows that the network is built of, then what the model calls besides."""
    rows, totals = report.comparison.rows, report.comparison.totals
    found = [[_number(row.macs_measured), _number(row.params_measured), str(row.verdict), row.reason] for row in rows]
    extra = [
        [row.layer, row.kind, row.call.is_product, text.shape(row.output_shape), *measured]
        for row, measured in zip(rows[built:], found[built:], strict=True)
    ]
    whole = [_number(totals.macs_measured), _number(totals.params_measured)]
    return {"rows": found[:built], "extra": extra, "totals": whole}


def _number(value: int | None) -> int | str | None:
    return str(value) if value is not None and abs(value) >= _SAFE else value
