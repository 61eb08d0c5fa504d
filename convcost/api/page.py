"""Networks compared, as one page for a browser in which their formulas run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from convcost.core.architecture import Architecture
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.parsing import parse_arguments, parse_model
from convcost.core.registry import find
from convcost.core.spec import parse_inputs

if TYPE_CHECKING:
    from convcost.report.page.document import PageReport, PageSection


def page(
    names: str | Sequence[str],
    *,
    model: str | None = None,
    inputs: Sequence[str] = (),
    arguments: Sequence[str] = (),
    unit: str = "macs",
    **options: object,
) -> PageReport:
    """Return a page with a section for each network, as `compare` has it; `.save(path)` writes it.

    names      one or several, each as on the command line of `convcost compare`: "mobilenet_v1",
               "resnet --depth 50", "torchvision:resnet18" (naming a module of yours runs its code)
    model      a reference of the model to compare every network with; by default convcost's own choice
    inputs     of models whose text gives none: "1,3,224,224"
    arguments  of models' factories: "key=value"
    unit       "macs" or "flops"
    options    of all the networks: alpha, resolution, depth …

    On the page the formula runs for all values of the options that it has a symbol for, not only the measured ones;
    that of a model runs for all sizes of its input that are free (`derive`), and the page says so where none is.
    Raises ConvcostError with one line of text for what is not there or cannot be read, MeasurementError where a
    model cannot be built or run.
    """
    texts = [names] if isinstance(names, str) else list(names)
    if not texts:
        raise DomainError("a report needs a network; give its name")
    common = {"arg": tuple(arguments), "input": tuple(inputs)}
    sections = [_section(text, common, model, unit, options) for text in texts]

    from convcost.report.page.document import PageReport

    return PageReport(tuple(sections))


def _section(
    text: str, common: Mapping[str, tuple[str, ...]], model: str | None, unit: str, options: Mapping[str, object]
) -> PageSection:
    from convcost.api.models import compare

    typed = parse_model(text)
    reference = replace(
        typed,
        settings={**options, **typed.settings},
        arguments=typed.arguments or parse_arguments(common["arg"]),
        inputs=typed.inputs or common["input"],
    )
    lists = {"arg": [f"{name}={value}" for name, value in reference.arguments.items()], "input": list(reference.inputs)}
    more = {"model": [model] if model else [], "unit": [unit] if unit != "macs" else [], **lists}
    found = compare(reference, model=model, unit=unit)

    from convcost.comparison.reference import derive_model
    from convcost.explore.programs import derived_program, measured_program, network_program
    from convcost.report.page.data import command
    from convcost.report.page.document import PageSection
    from convcost.symbolic.closed_form import network_form

    name = reference.text
    if reference.is_network:
        architecture = find(Architecture, name, "network")
        program = network_program(architecture, reference.settings, unit)
        left_open = {slider.name for slider in program.sliders} | {o.name for o in architecture.options if o.scales}
        form = network_form(architecture, {k: v for k, v in reference.settings.items() if k not in left_open})
        return PageSection(found, program, command(name, found, program, more), form)
    try:
        derived = derive_model(reference, parse_inputs(reference.inputs)).derived
        program = derived_program(found.comparison, derived)
    except ConvcostError as error:
        program = measured_program(found.comparison)
        return PageSection(found, program, command(name, found, program, more), note=f"Without sliders: {error}.")
    return PageSection(found, program, command(name, found, program, {**more, "input": []}), derived)
