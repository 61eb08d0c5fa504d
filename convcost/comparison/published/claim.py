"""The claims of the papers: one CSV per paper or README in `formulas/published`, read and checked row by row."""

import csv
import importlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from convcost.comparison.published.notation import ClaimError, ClaimSubject, Exactly, Printed, parse, read
from convcost.comparison.published.reading import COUNTINGS
from convcost.core.errors import UnknownNameError

_PACKAGE = "convcost.formulas.published"
COLUMNS = (*("id", "location", "subject", "metric", "printed", "unit", "convention", "means", "source", "verified"),)
REASON = "reason"
"""The column that a file may have besides."""
UNITS = {"": 0, "%": 0, "times": 0, "K": 1, "M": 2, "G": 3}
_FIELDS = {"subject": "about", "printed": "text"}
_NO_FORMULA = "?"


@dataclass(frozen=True)
class Claim:
    """A number or a sentence as printed.

    about     what is computed, in the language of `notation`; a leading ? says that the registry has no formula for it
    unit      "", %, times, K, M or G; "K=1024" where the paper counts so
    counting  a counting of `reading`; `stated` says whether the paper states it
    means     what words or a rounded factor mean exactly, in the same language; empty for a printed number
    verified  whether the text was compared with the paper's
    reason    why it does not hold, in words, where somebody found that out
    """

    paper: str
    id: str
    location: str
    about: str
    metric: str
    text: str
    unit: str
    counting: str
    stated: bool
    means: str
    source: str
    verified: bool
    reason: str = ""

    @property
    def computable(self) -> bool:
        """Whether the registry has a formula for it."""
        return not self.about.startswith(_NO_FORMULA)

    @cached_property
    def subject(self) -> ClaimSubject:
        """What is computed."""
        return parse(self.about)

    @cached_property
    def meaning(self) -> ClaimSubject | None:
        """What the words mean, if the claim is in words."""
        return parse(self.means) if self.means else None

    @cached_property
    def printed(self) -> Printed:
        """The printed number; of words a stand-in, for their meaning is computed."""
        return Exactly(Fraction()) if self.means else read(self.text)

    @property
    def power(self) -> int:
        """Three for G: a thousand to this power is the unit."""
        return UNITS[self.unit.partition("=")[0]]

    @property
    def thousand(self) -> int:
        """What the paper takes K for."""
        return 1024 if self.unit.endswith("=1024") else 1000

    def scaled(self, exact: Fraction, thousand: int = 0) -> Fraction:
        """Return an exact value in the claim's unit."""
        return exact * 100 if self.unit == "%" else exact / (thousand or self.thousand) ** self.power


def papers() -> dict[str, Path]:
    """Return the files of claims by name, in alphabetical order."""
    folders = importlib.import_module(_PACKAGE).__path__
    found = {path.stem: path for folder in folders for path in Path(folder).glob("*.csv")}
    return dict(sorted(found.items()))


def claims(paper: str | None = None) -> list[Claim]:
    """Return all claims, or one paper's.

    Raises UnknownNameError with the near names, ClaimError for a row that is no claim.
    """
    known = papers()
    if paper is not None and paper not in known:
        raise UnknownNameError("paper", paper, known)
    found = [claim for name, path in known.items() if paper in (None, name) for claim in read_file(path)]
    seen: set[str] = set()
    for claim in found:
        if claim.id in seen:
            raise ClaimError(f"{claim.paper}.csv: the id {claim.id!r} stands twice")
        seen.add(claim.id)
    return found


def read_file(path: Path) -> list[Claim]:
    """Return the claims of one file; raises ClaimError with the row's id for what cannot be read."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) not in (COLUMNS, (*COLUMNS, REASON)):
            raise ClaimError(f"{path.name} must have the columns {', '.join(COLUMNS)}, and may have {REASON}")
        return [_claim(path.stem, row) for row in rows]


def _claim(paper: str, row: dict[str, str]) -> Claim:
    where = f"{paper}.csv, {row['id'] or 'a row without id'}"
    needed = ("id", "location", "subject", "printed", "source")
    missing = [name for name in COLUMNS if row[name] is None or (name in needed and not row[name].strip())]
    counting, _, status = row["convention"].partition(" ")
    closed = {
        "metric": row["metric"] in COUNTINGS,
        "unit": row["unit"] in (*UNITS, "K=1024"),
        "convention": counting in COUNTINGS.get(row["metric"], ()) and status in ("stated", "implied"),
        "verified": row["verified"] in ("yes", "no"),
    }
    wrong = missing or [name for name, right in closed.items() if not right]
    if wrong:
        raise ClaimError(f"{where}: {wrong[0]} is {row[wrong[0]]!r}, which no claim can have")
    texts = {_FIELDS.get(name, name): row[name] for name in COLUMNS if name not in ("convention", "verified")}
    verified = row["verified"] == "yes"
    texts[REASON] = row.get(REASON) or ""
    claim = Claim(paper=paper, counting=counting, stated=status == "stated", verified=verified, **texts)
    try:
        if claim.computable:
            _ = claim.subject, claim.meaning, claim.printed
    except ClaimError as error:
        raise ClaimError(f"{where}: {error}") from error
    return claim
