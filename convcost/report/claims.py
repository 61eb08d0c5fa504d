"""Published numbers and what the formulas make of them, in every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convcost.comparison.published.notation import Number
from convcost.comparison.published.verdict import Checked, ClaimVerdict, Found
from convcost.report import text
from convcost.report.content import Block, Column, Content, Sentence, Table
from convcost.report.report import Records, Report
from convcost.report.table import Line, content_lines, fitting

FAILED = (ClaimVerdict.REFUTED, ClaimVerdict.EXPLAINED, ClaimVerdict.TRUNCATED)
_MORE_DIGITS = 3
_WORD_DIGITS = 4
_STYLES = {
    "refuted": "bold red",
    "explained": "cyan",
    "truncated": "yellow",
    "holds": "green",
    "not computed": "magenta",
}


@dataclass(frozen=True)
class ClaimsReport(Report):
    """What `convcost.claims` returns: claims with their verdicts, in the order of the files."""

    checked: tuple[Checked, ...]

    def __iter__(self) -> Iterator[Checked]:
        return iter(self.checked)

    def __len__(self) -> int:
        return len(self.checked)

    @property
    def failed(self) -> ClaimsReport:
        """Those that are refuted, explained or truncated."""
        return ClaimsReport(tuple(c for c in self.checked if c.verdict in FAILED))

    @property
    def counts(self) -> dict[str, int]:
        """How many have each verdict, the worst verdict first."""
        found = Counter(c.verdict for c in self.checked)
        return {str(verdict): found[verdict] for verdict in ClaimVerdict if found[verdict]}

    def __repr__(self) -> str:
        return f"<{summary(self)}>"

    def records(self) -> Records:
        """One row per claim; values are exact text: a decimal, or a fraction where the decimal does not end."""
        return Records.of(_RAW, map(_raw, self.checked))

    def content(self) -> Content:
        """What the verdicts mean, and one table per verdict, the refuted claims first."""
        headers = ("claim", "where", "what", "printed", "computed", "sentence")
        columns = [Column(header) for header in headers]
        found = {title: [_cells(c) for c in self if c.verdict is verdict] for verdict, title in _TITLES.items()}
        tables = [Table(columns, rows, title=title) for title, rows in found.items() if rows]
        source = f"Made by convcost claims. {summary(self)}."
        return Content("Published numbers, checked", source, [Sentence(_VERDICTS), *tables])

    def lines(self, width: int) -> list[Line]:
        """The table, and where it is too narrow for sentences, one for every claim that is refuted or explained."""
        table = _table(self.checked)
        blocks: list[Block] = [table] if self.checked else []
        kept = fitting(table, width)
        if len(table.columns) - 1 not in kept:
            blocks = [table.only(range(len(table.columns) - 1))]
            blocks += [
                Sentence(
                    f"{checked.claim.id if 0 in kept else f'“{checked.claim.location}”'}: {explanation(checked)}.",
                    _STYLES[checked.verdict],
                )
                for checked in self.checked
                if checked.verdict in (ClaimVerdict.REFUTED, ClaimVerdict.EXPLAINED)
            ]
        if not all(checked.claim.verified for checked in self.checked):
            blocks.append(Sentence(f"(?): {_UNVERIFIED}.", "dim"))
        return content_lines(Content("", "", [*blocks, Sentence(f"{summary(self)}.")]), width)


def _table(claims: Sequence[Checked]) -> Table:
    # Of the two that say which claim it is, the one that tells the claims apart is left out later.
    located = len({checked.claim.location for checked in claims}) == len(claims)
    columns = [
        Column("claim", "name", rank=2 if located else 0, room=20),
        Column("location", "words", rank=0 if located else 2, room=28 if located else 0),
        *(Column("printed", "number"), Column("computed", "number", rank=1), Column("verdict", styles=_STYLES)),
        Column("explanation", "words", rank=3, room=32),
    ]
    return Table(columns, [_short(checked) for checked in claims], everything="--csv")


_RAW = (
    *("paper", "id", "location", "subject", "metric", "printed", "unit", "convention", "stated"),
    *("verdict", "computed", "reading", "reading_value", "source", "verified"),
)


def _raw(checked: Checked) -> tuple[object, ...]:
    claim = checked.claim
    best = checked.found[0] if checked.found else None
    return (
        *(claim.paper, claim.id, claim.location, claim.about, claim.metric, claim.text, claim.unit),
        *(claim.counting, claim.stated, str(checked.verdict)),
        "" if checked.computed is None else text.plain(checked.computed),
        *(("", "") if best is None else (best.reading.sentence, text.plain(best.value))),
        *(claim.source, claim.verified),
    )


def printed(checked: Checked) -> str:
    """The claim as printed with its unit: 4.2 M; an unverified transcription has a question mark."""
    unit = {"times": "×", "K=1024": "K"}.get(checked.claim.unit, checked.claim.unit)
    words = checked.claim.text.removesuffix(" fewer")
    words = words.removesuffix(" times") if unit == "×" else words
    mark = "" if checked.claim.verified else " (?)"
    return f"{words}{'' if unit in ('', '×') else ' '}{unit}{mark}"


def shown(checked: Checked, value: Fraction | None) -> str:
    """A value with three digits more than the print has; without decimals if it is whole."""
    if value is None:
        return text.UNKNOWN
    number = checked.claim.printed
    if isinstance(number, Number):
        digits = len(str(number.step.denominator)) - 1 + (0 if value == int(value) else _MORE_DIGITS)
    else:
        digits = 0 if value == int(value) else _WORD_DIGITS
    return text.decimal(value, digits)


def explanation(checked: Checked) -> str:
    """One sentence for a claim that does not simply hold; empty for one that does."""
    if checked.claim.reason and checked.verdict in FAILED:
        return checked.claim.reason
    if checked.verdict is ClaimVerdict.TRUNCATED:
        return "further digits are cut off, not rounded"
    if checked.verdict is ClaimVerdict.NOT_COMPUTED:
        return "convcost has no formula for it"
    if not checked.found:
        return ""
    best = checked.found[0]
    if checked.verdict is ClaimVerdict.EXPLAINED:
        return f"{best.reading.sentence} ({shown(checked, best.value)})"
    if not best.reading.names:
        return "no reading comes nearer" if isinstance(checked.claim.printed, Number) else "not what the words say"
    return f"nearest: {_reading(checked, best)}"


def _reading(checked: Checked, found: Found) -> str:
    return f"{found.reading.sentence}, {shown(checked, found.value)}"


def summary(report: ClaimsReport) -> str:
    """269 claims: 41 refuted, 21 explained …"""
    counts = report.counts.items()
    found = ", ".join(f"{n} {'hold' if verdict == 'holds' and n > 1 else verdict}" for verdict, n in counts)
    return f"{text.plural(len(report), 'claim')}: {found or 'none'}"


_UNVERIFIED = "a transcription that was not compared with the text that it is from"
_VERDICTS = (
    "Holds: the formula rounds to the printed digits. Truncated: it does with further digits cut off. Explained: a "
    "named reading reproduces the print. Refuted: none does. Not computed: convcost has no formula for it. "
    f"(?): {_UNVERIFIED}."
)
_TITLES = {
    ClaimVerdict.REFUTED: "Refuted",
    ClaimVerdict.EXPLAINED: "Explained",
    ClaimVerdict.TRUNCATED: "Truncated",
    ClaimVerdict.HOLDS: "Holds",
    ClaimVerdict.NOT_COMPUTED: "Not computed",
}


def _cells(checked: Checked) -> tuple[str, ...]:
    claim = checked.claim
    what = f"{claim.about} ({claim.metric})".removeprefix("? ")
    where = f"{claim.source}, {claim.location}"
    return claim.id, where, what, printed(checked), shown(checked, checked.computed), explanation(checked)


def _short(checked: Checked) -> tuple[str, ...]:
    claim = checked.claim
    values = printed(checked), shown(checked, checked.computed)
    return claim.id, claim.location, *values, str(checked.verdict), explanation(checked)
