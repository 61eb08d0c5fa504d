"""What a number that somebody printed for a model can mean: which convention, unit, scope or image makes it.

The rules of evidence are those of the published claims: a reading counts only where the value rounds to the printed
digits, and the fewer digits, the fewer deviations are believed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convcost.comparison.published.notation import Number, number
from convcost.comparison.published.reading import Reading
from convcost.comparison.published.verdict import Found, explanations
from convcost.comparison.refereeing.explanation import explained_calls
from convcost.core.convention import Convention
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.op_call import OpCall
from convcost.core.registry import records

_TEXT = re.compile(r"(?P<number>[\d.,]+)\s*(?P<unit>[KMGTB]?)\s*(?P<what>macs?|flops?)?", re.IGNORECASE | re.ASCII)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "B": 3, "T": 4}
_UNITS = ("macs", "flops")


@dataclass(frozen=True)
class ReadNumber:
    """A printed number and the readings that reproduce it, best first; else the nearest one alone.

    Values are in the printed number's unit, `power` thousands to the power of it.
    """

    text: str
    number: Number
    power: int
    found: tuple[Found, ...]
    nearest: Found

    @property
    def explained(self) -> bool:
        """Whether any reading reproduces the number."""
        return bool(self.found)


def parse(text: str) -> tuple[Number, int]:
    """Return `314.2M`, `0.3 GFLOPs` or `300774272` as a number and its power of a thousand; raises ConvcostError."""
    match = _TEXT.fullmatch(text.strip())
    try:
        if match is None:
            raise DomainError("")
        return number(match["number"]), _POWERS[match["unit"].upper()]
    except ConvcostError as error:
        raise DomainError(f"cannot read the number {text!r}; write it as it is printed, such as 314.2M") from error


def readings_of_number(
    text: str, calls: Sequence[OpCall], images: Mapping[int, Callable[[], Sequence[OpCall]]]
) -> ReadNumber:
    """Search the readings of a printed number for a model's calls.

    images  what gives the calls for another side of the image, by its pixels
    """
    printed, power = parse(text)
    simplest: dict[Fraction, tuple[str, ...]] = {}
    for names, value in _named(calls, images):
        simplest.setdefault(value, names)
    candidates = [Found(Reading(names), value / 1000**power) for value, names in simplest.items()]
    found = explanations(printed, candidates)
    nearest = min(candidates, key=lambda candidate: abs(candidate.value - printed.value) // (printed.step / 10))
    return ReadNumber(text, printed, power, found, nearest)


def _named(
    calls: Sequence[OpCall], images: Mapping[int, Callable[[], Sequence[OpCall]]]
) -> Iterator[tuple[tuple[str, ...], Fraction]]:
    """Yield the deviations of every reading with its value, the simplest first."""
    countings = _countings(calls)
    scopes = _scopes(calls)
    plain = Fraction(_macs(calls))
    yield (), plain
    yield ("2 per MAC",), 2 * plain
    yield from (((name,), value) for name, value in countings.items())
    yield from (((name,), Fraction(_macs(kept))) for name, kept in scopes.items())
    yield from ((("2 per MAC", name), 2 * value) for name, value in _countings(calls, doubling=True).items())
    yield from ((("2 per MAC", name), Fraction(2 * _macs(kept))) for name, kept in scopes.items())
    yield from (((name, how), value) for name, kept in scopes.items() for how, value in _countings(kept).items())
    for side, capture in images.items():
        try:
            others = capture()
        except ConvcostError:
            continue  # the model takes no image of this side
        total, image = Fraction(_macs(others)), f"an image of {side}"
        yield (image,), total
        yield (image, "2 per MAC"), 2 * total
        yield from (((image, name), value) for name, value in _countings(others).items())


def _countings(calls: Sequence[OpCall], doubling: bool = False) -> dict[str, Fraction]:
    """Return what is counted beside the products: whole conventions, biases, batch norms.

    `doubling` leaves out what has two a multiply-accumulate already.
    """
    plain = _macs(calls)
    biases = sum(int(call.cost.bias_adds) for call in calls)
    norms = sum(int(call.cost.activations) for call in calls if call.name == "batch_norm")
    alike: dict[int, list[str]] = {}
    for name, convention in records(Convention).items():
        if name not in _UNITS and not (doubling and convention.unit == "flops"):
            count = sum(one.first + one.second for one in explained_calls(convention, calls))
            alike.setdefault(count, []).append(name)
    found = {f"as {' and '.join(n)} count{'s' if len(n) == 1 else ''}": value for value, n in alike.items()}
    found["with the additions of biases"] = plain + biases
    found |= {f"with {n} per element of batch norms": plain + n * norms for n in (1, 2, 4)}
    if not doubling:
        found["every operation counted, 2 per MAC"] = (
            2 * plain + biases + sum(int(call.cost.elementwise) for call in calls)
        )
    return {name: Fraction(value) for name, value in found.items()}


def _macs(calls: Sequence[OpCall]) -> int:
    return sum(int(call.macs) for call in calls)


def _scopes(calls: Sequence[OpCall]) -> dict[str, list[OpCall]]:
    """Return the calls that are left when a part of the model is left out."""
    products = [call for call in calls if call.is_product]
    if not products:
        return {}
    return {
        "without the last layer": [call for call in calls if call is not products[-1]],
        "without the first layer": [call for call in calls if call is not products[0]],
        "without linear layers": [call for call in calls if call.name != "linear"],
    }
