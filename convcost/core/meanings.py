"""What a name that is no network can mean elsewhere: a depth of a network, or a model of a library."""

import re
from importlib.util import find_spec
from pathlib import Path

from convcost.core.architecture import Architecture
from convcost.core.parsing import LIBRARIES

_WITH_DEPTH = re.compile(r"(?P<family>.+?)_?(?P<depth>\d+)")


def other_meanings(name: str, networks: dict[str, Architecture]) -> list[str]:
    """Return what to type for a name such as resnet50: `resnet --depth 50`, `torchvision:resnet50`.

    A library is not imported: its files are read for a function of that name.
    """
    word, found = name.lower(), []
    match = _WITH_DEPTH.fullmatch(word)
    family = networks.get(match["family"]) if match else None
    depths = {option.name: option.choices for option in family.options} if family else {}
    if match and int(match["depth"]) in depths.get("depth", ()):
        found.append(f"{match['family']} --depth {match['depth']}")
    return found + [f"{library}:{word}" for library in LIBRARIES if _defines(library, word)]


def _defines(library: str, name: str) -> bool:
    spec = find_spec(library)
    if spec is None or spec.origin is None or not name.isidentifier():
        return False
    defined = re.compile(rf"^@register_model[^\n]*\n(?:@[^\n]*\n)*def {name}\(", re.MULTILINE)
    files = (Path(spec.origin).parent / "models").rglob("*.py")
    return any(defined.search(file.read_text(encoding="utf-8")) for file in files)
