"""A network of the book as a program in its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convcost.core.architecture import Architecture
from convcost.core.convention import Convention
from convcost.core.op_call import OpCall
from convcost.core.recorded import Recorded, Recording
from convcost.core.registry import find
from convcost.explore.slider import dials
from convcost.explore.structures import Layer, NetworkProgram, Structure, program


def network_program(architecture: Architecture, given: Mapping[str, object], unit: str = "macs") -> NetworkProgram:
    """The network on all values of the options that its formula has a symbol for; the others are as given.

    unit  "macs" or "flops": what a row's count is

    Raises DomainError for an option or a value that the network does not have.
    """
    settings = architecture.settings(given)
    image = int(architecture.network(settings).input_shape[-1])
    turned = dials(architecture, settings, image)
    convention = find(Convention, unit, "unit")

    def draw(recording: Recording, values: list[Recorded]) -> Structure:
        open_settings = {dial.name: value for dial, value in zip(turned, values, strict=True)}
        network = architecture.network({**settings, **open_settings})
        layers = tuple(_layer(recording, line, convention) for line in network.calls)
        core = [convention.weigh(line) for line in network.core]
        return Structure(
            guards=(),
            layers=layers,
            macs=recording.whole(sum(count for count in core if count is not None)),
            parameters=recording.whole(network.cost.parameters),
            activations=recording.whole(network.counts["activations"]),
        )

    return program(turned, draw)


def _layer(recording: Recording, line: OpCall, unit: Convention) -> Layer:
    count: Any = unit.weigh(line)
    strides = [str(stride) for stride in line.hyper.get("stride", ())]
    strides = strides[:1] if len(set(strides)) == 1 else strides
    return Layer(
        name=line.path,
        block=line.block,
        operator=line.name,
        kind=line.kind,
        stride="" if strides in ([], ["1"]) else "×".join(strides),
        is_product=line.is_product,
        macs=None if count is None else recording.whole(count),
        parameters=recording.whole(line.cost.parameters),
        activations=recording.whole(line.cost.activations) if line.is_product else None,
        output=tuple(recording.whole(size) for size in line.output),
    )
