"""What a name that is no network can mean elsewhere: a depth of a network, or a model of a library."""

import re
from importlib.util import find_spec
from pathlib import Path

from convcost.core.architecture import Architecture
from convcost.core.parsing import LIBRARIES

_MEMBER = re.compile(r"(?P<family>.+?)[_ -]*b?(?P<number>\d+)")
_SEPARATORS = re.compile("[ -]+")


def other_meanings(name: str, networks: dict[str, Architecture]) -> list[str]:
    """Return what to type for a name such as resnet50, ResNet-50 or vgg16: `resnet --depth 50`, `torchvision:resnet50`.

    A library is not imported: its files are read for a function of that name.
    """
    word, found = name.lower(), []
    if word in LIBRARIES:
        return [f"{word}:NAME"]
    match = _MEMBER.fullmatch(word)
    family = networks.get(_SEPARATORS.sub("_", match["family"])) if match else None
    if match and family:
        depths = {option.name: option.choices for option in family.options}.get("depth", ())
        known = int(match["number"]) in depths
        found.append(f"{family.name} --depth {match['number']}" if known else family.name)
    spellings = dict.fromkeys(_SEPARATORS.sub(joint, word) for joint in ("", "_"))
    return found + [f"{library}:{one}" for library in LIBRARIES for one in spellings if _defines(library, one)]


def _defines(library: str, name: str) -> bool:
    spec = find_spec(library)
    if spec is None or spec.origin is None or not name.isidentifier():
        return False
    defined = re.compile(rf"^@register_model[^\n]*\n(?:@[^\n]*\n)*def {name}\(", re.MULTILINE)
    files = (Path(spec.origin).parent / "models").rglob("*.py")
    return any(defined.search(file.read_text(encoding="utf-8")) for file in files)
