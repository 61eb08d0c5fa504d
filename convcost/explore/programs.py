"""Programs of networks: a paper's network in its options, a model in the sizes of its input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from convcost.comparison.result import Comparison, Row
from convcost.core.architecture import Architecture, Option
from convcost.core.convention import Convention
from convcost.core.errors import DomainError
from convcost.core.numeric import Count
from convcost.core.op_call import OpCall
from convcost.core.recorded import Recorded, Recording
from convcost.core.registry import find
from convcost.explore.network_program import NetworkProgram, ProgramRow, Slider, Structure, program_of
from convcost.symbolic.derivation import Derivation, DerivedCall
from convcost.symbolic.factor import Factor
from convcost.symbolic.form import Form

_STEPS = (100, 1000, 10_000)
_HIGHEST_MULTIPLIER = 2
_HIGHEST_SIZE = 64  # or four times the usual one
_MEANINGS = {
    "B": "elements per batch",
    "H": "height of the input",
    "W": "width of the input",
    "L": "length of the input",
}


def network_program(architecture: Architecture, given: Mapping[str, object], unit: str = "macs") -> NetworkProgram:
    """Return a network at all values of the options that its formula has a symbol for; the others are as given.

    unit  "macs" or "flops": what a row's count is

    Raises DomainError for an option or a value that the network does not have, and for a multiplier that is finer than
    a page's finest step.
    """
    settings = architecture.settings(given)
    image = int(architecture.network(settings).input_shape[-1])
    options = [o for o in architecture.options if o.symbol and not o.choices and o.scales is None]
    sliders = tuple(_slider(option, settings[option.name], image) for option in options)
    convention = find(Convention, unit, "unit")

    def build(recording: Recording, values: list[Recorded]) -> Structure:
        open_settings = {slider.name: value for slider, value in zip(sliders, values, strict=True)}
        network = architecture.network({**settings, **open_settings})
        core = [convention.weigh(call) for call in network.core]
        place = _placing(recording)

        def row(call: OpCall) -> ProgramRow:
            activations = call.cost.activations if call.is_product else None
            counts = convention.weigh(call), call.cost.parameters, activations
            return _row(place, call.path, call, counts, call.output)

        rows = tuple(map(row, network.calls))
        macs = sum(count for count in core if count is not None)
        totals = macs, network.cost.parameters, network.counts["activations"]
        return Structure(rows=rows, totals=tuple(map(place, totals)))

    return program_of(sliders, build)


def _slider(option: Option, setting: object, image: int) -> Slider:
    """Return the slider of an option; `image` is the side that None stands for."""
    value, usual = (_number(image if number is None else number) for number in (setting, option.default))
    denominator, most = 1, max(4 * usual, Fraction(_HIGHEST_SIZE))
    if option.decimal:
        fitting = [step for step in _STEPS if step % value.denominator == 0]
        if not fitting:
            raise DomainError(f"{option.name} is {float(value)}, but a page has steps of 1/{_STEPS[-1]}; round it")
        denominator, most = fitting[0], Fraction(_HIGHEST_MULTIPLIER)
    low = option.low * denominator // 1 + 1 if option.decimal else option.low
    return Slider(
        name=option.name,
        symbol=option.symbol,
        meaning=option.meaning,
        low=int(low),
        high=int(min(max(most, value), Fraction(option.high)) * denominator),
        start=int(value * denominator),
        denominator=denominator,
        usual=int(usual * denominator),
    )


def _number(value: object) -> Fraction:
    if not isinstance(value, int | Fraction):
        raise TypeError(f"{value!r} is no number")
    return Fraction(value)


def _stride(hyper: Mapping[str, object]) -> str:
    """Return 2, or 2×1 where the axes differ; nothing for a stride of 1."""
    stride = hyper.get("stride", ())
    strides = [str(step) for step in (stride if isinstance(stride, tuple) else (stride,))]
    strides = strides[:1] if len(set(strides)) == 1 else strides
    return "" if strides == ["1"] else "×".join(strides)


def measured_program(comparison: Comparison) -> NetworkProgram:
    """Return a model at the input that it was measured at: the counts of the comparison, each a constant."""

    def build(recording: Recording, _: list[Recorded]) -> Structure:
        place, totals = _placing(recording), comparison.totals
        rows = tuple(
            _row(place, row.layer, row.call, (row.macs_formula, row.params_formula, None), row.call.output or ())
            for row in comparison.rows
        )
        return Structure(rows=rows, totals=(place(totals.macs_formula), place(totals.params_accounted), None))

    return program_of((), build)


def derived_program(comparison: Comparison, derivation: Derivation) -> NetworkProgram:
    """Return a model at all free sizes of its input; DomainError with the reason where that cannot be."""
    if comparison.unit != "macs":
        raise DomainError("the input's sizes can be changed only when the unit is macs, not flops")
    measured = _measured_sizes(comparison, derivation)
    sliders = tuple(
        Slider(name, name, _MEANINGS.get(name, "size of the input"), 1, max(4 * size, _HIGHEST_SIZE), size, usual=size)
        for name, size in measured.items()
    )
    pairs = list(zip(comparison.rows, _derived_calls(comparison, derivation), strict=True))

    def build(recording: Recording, values: list[Recorded]) -> Structure:
        place = _placing(recording)
        sizes = dict(zip(measured, values, strict=True))
        if derivation.broken(sizes):
            raise DomainError(f"The formula holds for {derivation.domain}.")
        known: dict[Factor, Recorded] = {}

        def at(form: Form | None) -> Number:
            return None if form is None else form.value(sizes, known)

        def derived(row: Row, call: DerivedCall) -> ProgramRow:
            activations = at(call.activations) if call.is_product else None
            counts = at(call.macs), row.params_formula, activations
            return _row(place, row.layer, row.call, counts, [at(size) for size in call.output])

        rows = tuple(derived(row, call) for row, call in pairs)
        totals = at(derivation.forms["macs"][0]), derivation.parameters, at(derivation.forms["activations"][0])
        return Structure(rows=rows, totals=tuple(map(place, totals)))

    found = program_of(sliders, build)
    structure, values = found.at([slider.start for slider in sliders])
    if structure.refused:
        raise DomainError(f"what was derived holds for {derivation.domain}, not at the input that was measured")
    # Two ways to one number: the calls that were counted, and a symbolic trace.
    if [row.macs if row.macs is None else values[row.macs] for row in structure.rows] != [
        row.macs_formula for row in comparison.rows
    ]:
        raise DomainError("the derived formula and the comparison give different counts")
    return found


def _measured_sizes(comparison: Comparison, derivation: Derivation) -> dict[str, int]:
    """Return the free sizes as they were measured; DomainError unless the input is one tensor that has some."""
    if not derivation.symbols:
        raise DomainError("the model's input has no free size")
    sizes = dict(zip(derivation.input.split("×"), comparison.inputs[0].shape, strict=False))
    if len(comparison.inputs) != 1 or comparison.inputs[0].dtype or not set(derivation.symbols) <= set(sizes):
        raise DomainError("sizes can be changed here only if the input is one image")
    return {name: sizes[name] for name in derivation.symbols}


def _derived_calls(comparison: Comparison, derivation: Derivation) -> list[DerivedCall]:
    """Return the derived call of every row: both are in the order of execution, and a row has no mere views."""
    rest = iter(derivation.entries)
    found = []
    for row in comparison.rows:
        wanted = row.module, row.operator
        call = next((e for e in rest if (e.module, e.operator or e.aten) == wanted), None)
        if call is None:
            raise DomainError(f"the calls that were derived are not those that were measured, from {row.layer} on")
        found.append(call)
    return found


Number = Count | None
Place = Callable[[Number], int | None]


def _placing(recording: Recording) -> Place:
    return lambda count: None if count is None else recording.whole(count)


def _row(place: Place, name: str, call: OpCall, counts: Sequence[Number], output: Sequence[Number]) -> ProgramRow:
    """Return the row of a call; `counts` are MACs, parameters and activations."""
    macs, parameters, activations = map(place, counts)
    sizes = tuple(place(size) or 0 for size in output)
    stride = _stride(call.hyper)
    return ProgramRow(name, call.name, call.kind, stride, call.is_product, macs, parameters, activations, sizes)
