"""What the registry holds, by kind of record. It starts without SymPy, as only names are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convcost.core.architecture import Architecture
from convcost.core.convention import Convention
from convcost.core.record import Formula, Operator
from convcost.core.registry import registry
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Sentence, Table
from convcost.report.report import Records, Report


@dataclass(frozen=True)
class ListReport(Report):
    """What the registry holds; `models` are the names of models to compare networks with."""

    models: Sequence[str]

    def __repr__(self) -> str:
        return f"<{text.plural(len(registry()), 'record')}>"

    def records(self) -> Records:
        """One row per record."""
        rows = [(kind, name, what) for kind, found in _sections().items() for name, what in found.items()]
        return Records.of(("kind", "name", "what"), rows)

    def content(self) -> Content:
        """One table per kind of record, names in alphabetical order."""
        blocks: list[Block] = []
        for kind, found in _sections().items():
            blocks += [Table([Column(kind), Column("what", "words")], list(found.items())), GAP]
        said = f"Models to compare networks with: {', '.join(self.models)}; torchvision:NAME, timm:NAME."
        return Content("", "", [*blocks, Sentence(said)])


def _sections() -> Mapping[str, Mapping[str, str]]:
    """Name and title of every record, by kind."""
    kinds = {"Networks": Architecture, "Formulas": Formula, "Operators": Operator, "Conventions": Convention}
    records = sorted(registry().values(), key=lambda record: record.name)
    return {kind: {record.name: record.title for record in records if type(record) is of} for kind, of in kinds.items()}
