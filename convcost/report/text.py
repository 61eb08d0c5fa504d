"""Numbers, shapes and hyper-parameters as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from convcost.core.architecture import Network
from convcost.core.spec import TensorSpec

if TYPE_CHECKING:
    from convcost.trace.values import ValueDependence

UNKNOWN = "?"
_LETTERS = ("", " K", " M", " G", " T", " P", " E")  # of a thousand to the power of 0, 1, 2 …


def number(value: int | None) -> str:
    """1,234,567; a question mark for what is unknown."""
    return UNKNOWN if value is None else f"{value:,}"


def signed(value: int | None) -> str:
    """+1,234; 0; a question mark for what is unknown."""
    return UNKNOWN if value is None else f"{value:+,}" if value else "0"


def decimal(value: Fraction, digits: int) -> str:
    """A fraction rounded half up to some decimal places, exactly."""
    scaled = (2 * abs(value) * 10**digits + 1) // 2
    whole, rest = divmod(int(scaled), 10**digits)
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{whole:,}.{rest:0{digits}d}" if digits else f"{sign}{whole:,}"


def scaled(value: int, digits: int | None = None) -> str:
    """Return a count to two decimals, 3.86 G or 25.56 M; or in at most so many digits, 569 M, 13.6 M; 512 as it is."""
    place, shown = 0, decimal(Fraction(value), 0)
    while "," in shown and place < len(_LETTERS) - 1:  # what rounds up to 1,000 M is 1 G
        place += 1
        exact = Fraction(value, 1000**place)
        shown = decimal(exact, 2 if digits is None else max(digits - len(str(int(abs(exact)))), 0))
    if digits is not None and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return shown + _LETTERS[place]


def size_in_bytes(size: int) -> str:
    """12.34 MB; 6.31 kB; 528 B: 1 kB is 10³ bytes, 1 MB is 10⁶."""
    for digits, unit in ((6, "MB"), (3, "kB")):
        if size >= 10**digits:
            return f"{decimal(Fraction(size, 10**digits), 2)} {unit}"
    return f"{size} B"


def plural(count: int, noun: str, write: Callable[[int], str] = number) -> str:
    """1 layer; 1,234 layers."""
    return f"{write(count)} {noun}{'' if abs(count) == 1 else 's'}"


def times(operators: Mapping[str, int]) -> str:
    """An operator or several, and how often: aten::linalg_det 1 time, aten::linalg_inv 2 times."""
    return ", ".join(f"{name} {plural(count, 'time')}" for name, count in operators.items())


def dependence(found: ValueDependence, inputs: Sequence[TensorSpec]) -> str:
    """Return where values of the input decide, and for which values the cost was counted."""
    where, other = "; ".join(found.places), ""
    if found.other_values:
        sizes = ",".join(map(str, inputs[0].shape)) if inputs else "1,3,224,224"
        other = f"; for {found.other_values} there are {found.other_macs:,} MACs (--input rand:{sizes}, or FILE.npy)"
    return f"The cost depends on the values of the input ({where}). It is counted for {found.values}{other}."


def ended(sentence: str) -> str:
    """A sentence with its full stop; one that was written elsewhere may end otherwise."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


# Control characters, line ends and what turns the direction of writing, each as one visible sign.
_UNSEEN = {code: chr(0x2400 + code) for code in range(0x20)} | dict.fromkeys(
    (0x7F, *range(0x80, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�"
)


def visible(content: str) -> str:
    """A text in one line that no terminal obeys: ␛[31m in place of a colour, ␊ in place of a line's end."""
    return content.translate(_UNSEEN)


def percent(value: Fraction) -> str:
    """12.34 %."""
    return f"{decimal(value * 100, 2)} %"


def signed_percent(value: Fraction) -> str:
    """+12.34 %."""
    return f"{'+' if value > 0 else ''}{percent(value)}"


def plain(value: object) -> str:
    """A setting as it was typed: 0.75, not 3/4; what was left to the network is its default."""
    if value is None:
        return "default"
    if isinstance(value, Fraction):
        text = decimal(value, 18).replace(",", "").rstrip("0").rstrip(".")
        return text if Fraction(text) == value else str(value)
    return str(value)


def network_title(network: Network) -> str:
    """MobileNet V1, α = 1, R = 192: which network of its family it is, and what is not the default."""
    options, settings = network.architecture.options, network.settings
    shown = [
        f"{option.symbol or option.name} = {plain(settings[option.name])}"
        for option in options
        if option.name in settings and (option.names_member or settings[option.name] != option.default)
    ]
    return ", ".join([network.architecture.title, *shown])


def shape(sizes: Sequence[object] | None) -> str:
    """1×3×224×224; empty for none."""
    return "×".join(str(size) for size in sizes) if sizes else ""


def compact(values: object) -> str:
    """3×3, or one number where all are equal: stride 2."""
    items = values if isinstance(values, tuple) else (values,)
    return str(items[0]) if len(set(items)) == 1 else shape(items)


def layer_settings(hyper: Mapping[str, object]) -> str:
    """Kernel, stride, groups of a layer, the unremarkable ones left out: 3×3 s2 g32."""
    if "kernel_size" not in hyper:
        return ""
    kernel = hyper["kernel_size"]
    parts = [shape(kernel if isinstance(kernel, tuple) else (kernel,))]
    for name, letter, usual in (("stride", "s", 1), ("dilation", "d", 1), ("groups", "g", 1)):
        value = hyper.get(name, usual)
        if compact(value) != str(usual):
            parts.append(f"{letter}{compact(value)}")
    return " ".join(parts)
