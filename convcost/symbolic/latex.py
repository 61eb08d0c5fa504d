"""Text of any kind as LaTeX that compiles with pdflatex (and MathJax), and long sums broken over lines."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

_LETTERS = "αβγδεζηθικλμνξπρςστυφχψωΓΔΘΛΞΠΣΥΦΨΩϕµ"
_NAMES = r"""alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho varsigma sigma tau upsilon
varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega phi mu"""
_SIGNS = "·×÷±≤≥≠≈≡∈∞⌈⌉⌊⌋→←↔⇒∑|"
_COMMANDS = r"""cdot times div pm leq geq neq approx equiv in infty lceil rceil lfloor rfloor rightarrow leftarrow
leftrightarrow Rightarrow sum vert"""
_MATH = {
    **{letter: f"\\{name}" for letter, name in zip(_LETTERS, _NAMES.split(), strict=True)},
    **{sign: f"\\{name}" for sign, name in zip(_SIGNS, _COMMANDS.split(), strict=True)},
    **{figure: f"{{}}^{{{place}}}" for place, figure in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{figure: f"{{}}_{{{place}}}" for place, figure in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **dict(zip("ο−⁻<>′″", ("o", "-", "{}^{-}", "{<}", "{>}", "'", "''"), strict=True)),
}
"""Characters that are commands of math mode; < and > in braces open no tag where HTML is read."""

_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"}
# In math mode no \text may hold these: MathJax takes the escapes there as they are spelled.
_MATH_SPECIAL = _SPECIAL | {"\\": r"\backslash", "~": r"\sim", "^": r"\wedge"}
# Brackets and stars could be arguments of the \\ before them; a grave accent over nothing is a backtick.
_SPELLED = r"""\textbackslash{} \textasciitilde{} \textasciicircum{} \`{} {[} {]} {*} '' -- --- \ldots{} ` ' `` ''
\ss{} \o{} \O{} \ae{} \AE{} \oe{} \OE{} \l{} \L{} \i{}"""
_TEXT = _SPECIAL | dict(zip('\\~^`[]*"–—…‘’“”ßøØæÆœŒłŁı', _SPELLED.split(), strict=True))
_ACCENTS = {
    chr(int(code, 16)): letter
    for code, letter in zip(
        ("300", "301", "302", "303", "308", "304", "306", "307", "30c", "30b", "327", "30a"),
        "`'^~\"=u.vHcr",
        strict=True,
    )
}
_LIGATURES = re.compile(r"([-'`,<>])(?=\1)|([!?])(?=`)")


def escaped(text: str) -> str:
    """Return a text for text mode: nothing in it is a command; what LaTeX cannot print is named by its code point."""
    characters = _LIGATURES.sub(r"\g<0>\0", " ".join(text.replace("\0", "␀").split()))
    runs = groupby(characters, key=lambda character: character in _MATH)
    return "".join(
        f"${' '.join(_MATH[c] for c in run)}$" if math else "".join(map(_printable, run)) for math, run in runs
    )


def _printable(character: str) -> str:
    if character == "\0":
        return "{}"  # keeps two hyphens from being a dash
    if character in _TEXT:
        return _TEXT[character]
    if " " <= character <= "~":
        return character
    decomposed = unicodedata.normalize("NFD", character)
    base, marks = decomposed[0], decomposed[1:]
    if base.isascii() and base.isalpha() and marks and all(mark in _ACCENTS for mark in marks):
        for mark in marks:
            base = f"\\{_ACCENTS[mark]}{{{base}}}"
        return base
    return rf"\texttt{{U+{ord(character):04X}}}"


def in_math(text: str) -> str:
    """Return a text for math mode, upright; the same in LaTeX (with amsmath) and MathJax."""
    commands = _MATH | _MATH_SPECIAL
    runs = groupby(" ".join(text.split()), key=lambda character: character in commands)
    return "".join(
        " ".join(commands[c] for c in run) if math else f"\\text{{{''.join(map(_shown, run))}}}" for math, run in runs
    )


def _shown(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"


_INDEXED = re.compile(r"([A-Za-z])(?:_?([0-9]+)|_([A-Za-z0-9]+))('*)")


def symbol(name: str) -> str:
    r"""Return a symbol's name for math mode: c_{32}, D_{K}, \alpha; a word is upright."""
    if name in _NAMES.split() or name in _MATH:
        return _MATH.get(name, f"\\{name}")
    if match := _INDEXED.fullmatch(name):
        return f"{match[1]}_{{{match[2] or match[3]}}}{match[4]}"
    return name if len(name) == 1 and name.isascii() else in_math(name)


def formula(line: str) -> str:
    r"""Return a line of Unicode text for math mode: max(⌊32·α⌋, 8) is \max(\lfloor 32 \alpha \rfloor, 8)."""
    found = []
    for word, figures, other in re.findall(r"([^\W\d]\w*'*)|(\d[\d,]*)|(.)", line):
        if figures:
            found.append(figures.replace(",", "{,}"))
        elif word:
            function = f"{word}(" in line
            known = f"\\{word}" if word in ("max", "min") else rf"\operatorname{{{word}}}"
            found.append(known if function and word.isascii() and word.isalpha() else symbol(word))
        elif other not in (" ", "·"):
            found.append((_MATH | _MATH_SPECIAL).get(other, other))
        elif found and found[-1] != " ":
            found.append(" ")
    joined = "".join(part if part[0] != "\\" or not part[-1].isalpha() else f"{part} " for part in found)
    return re.sub(r" +", " ", joined).replace(" (", "(").replace(" )", ")").strip()


def number(value: int) -> str:
    """Return a number for math mode: 1{,}234{,}567."""
    return f"{value:,}".replace(",", "{,}")


_WIDTH = 54
_SHORT = len("MACs")  # a name to which a line leaves room anyway


def lines(parts: Sequence[str], width: int = _WIDTH) -> list[str]:
    """Return the parts of a sum in lines of at most about `width` printed characters; no part is broken."""
    found = [""]
    for part in parts:
        if found[-1] and _printed(found[-1]) + _printed(part) > width:
            found.append(part)
        else:
            found[-1] = f"{found[-1]} {part}".strip()
    return found


def _printed(latex: str) -> int:
    plain = re.sub(r"\\(left|right|bigl|bigr|text|mathrm|operatorname|frac)\b", "", latex)
    return len(re.sub(r"[{}^_ ]", "", re.sub(r"\\[A-Za-z]+", "x", plain)))


def broken(parts: Sequence[str]) -> str:
    """Return a sum on its own: as it is if it fits in a line, else in an `aligned` of several."""
    found = lines(parts)
    if len(found) == 1:
        return found[0]
    rest = "".join(f" \\\\\n  & {{}} {line}" for line in found[1:])
    return f"\\begin{{aligned}}\n  & {found[0]}{rest}\n\\end{{aligned}}"


def aligned(equations: Sequence[tuple[str, Sequence[str]]]) -> str:
    r"""Return equations below each other: the left side of each, and the parts of the sum on its right side."""
    beside = max((_printed(left) for left, _ in equations), default=0)
    width = _WIDTH - max(beside - _SHORT, 0)
    rows = []
    for left, parts in equations:
        first, *others = lines(parts, width)
        rows += [f"  {left} &= {first}", *(rf"  & \quad {{}} {line}" for line in others)]
    body = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
