"""What a comparison says about multipliers: the image they give, where the costs are, and what rounding adds."""

from collections.abc import Mapping
from fractions import Fraction

from convcost.comparison.result import Comparison
from convcost.comparison.scaling_note import ScalingNote, Times
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Sentence, Table, numbers


def scaled(comparison: Comparison, given: Mapping[str, object]) -> list[str]:
    """What a multiplier of the image came to: ρ = 0.857 of 224 is 191.968 pixels, an image of 192."""
    if comparison.paper is None:
        return []
    network, found = comparison.network, []
    bases = {option.name: option.default for option in network.architecture.options}
    for option in network.architecture.options:
        if option.scales and option.name in given:
            base, factor = bases[option.scales], Fraction(option.read(given[option.name]))
            pixels = f"{text.plain(factor * int(base or 1))} pixels, an image of {network.settings[option.scales]}"
            found.append(f"{option.symbol} = {text.plain(factor)} of {base} is {pixels}.")
    return found


def shares(comparison: Comparison) -> list[Table]:
    """The share of each kind of layer."""
    columns = [Column("Kind of layer", "name"), *numbers("share of MACs", "share of weights")]
    rows = [[share.kind, text.percent(share.macs), text.percent(share.weights)] for share in comparison.breakdown]
    return [Table(columns, rows)] if rows else []


def savings(baseline: Times | None, note: ScalingNote | None) -> list[Block]:
    """What the separable convolutions save, and what rounding costs."""
    blocks: list[Block] = []
    if baseline is not None:
        macs, parameters = (text.decimal(times, 2) for times in (baseline.macs, baseline.parameters))
        said = f"{macs} times the MACs, {parameters} times the parameters"
        blocks += [GAP, Sentence(f"Standard convolutions in place of separable ones: {said}.")]
    if note is None or (note.alpha == 1 and note.factor == 1):
        return blocks
    cost = note.exact - note.unrounded
    rows = [
        ["α²ρ² of the full net", text.decimal(note.square, 1)],
        ["each layer by its α and ρ, nothing rounded", text.decimal(note.unrounded, 1)],
        ["exact, channels and image rounded", text.number(note.exact)],
    ]
    sign = "+" if cost >= 0 else ""
    said = f"Rounding costs {sign}{text.decimal(cost, 1)} MACs ({sign}{text.percent(cost / note.unrounded)})."
    return [*blocks, Table([Column("Scaling law", "words"), *numbers("MACs")], rows), Sentence(said)]
