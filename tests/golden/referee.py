"""python -m tests.golden.referee: what the installed counters print for fifteen nets; rows of others stay."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import convcost
from convcost.report import markdown, text

REPORTS = Path(__file__).parents[2] / "reports"
NETS = (
    *("alexnet", "vgg16", "resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_large", "densenet121"),
    *("shufflenet_v2_x1_0", "squeezenet1_1", "efficientnet_b0", "regnet_y_400mf", "convnext_tiny", "vit_b_16"),
    *("swin_t", "inception_v3"),
)
COLUMNS = ("model", "input", "core", "counter", "version", "unit", "printed", "kind", "term", "amount", "calls")
Row = dict[str, str]


def measured(net: str, counters: Sequence[str] | None = None) -> list[Row]:
    """The rows of one net: one a term, or one without where a counter prints the formulas' number."""
    side = 299 if net == "inception_v3" else 224
    reference, shape = f"torchvision:{net}", (1, 3, side, side)
    report = convcost.referee(reference, inputs=shape, counters=counters)
    if not report.ok or any(account.failed for account in report.explanations):
        raise AssertionError(repr(report))
    found = report.frame.fillna({"amount": 0, "calls": 0})
    kept = found[["counter", "version", "unit", "printed", "kind", "term", "amount", "calls"]].astype(str)
    start = {"model": reference, "input": text.shape(shape), "core": str(report.core)}
    return [{**start, **{str(name): str(value) for name, value in row.items()}} for row in kept.to_dict("records")]


def rows() -> list[Row]:
    """The committed rows."""
    with (REPORTS / "referee.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(found: Iterable[Row]) -> str:
    """The rows as CSV, in the order of nets and counters."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    order = {f"torchvision:{net}": number for number, net in enumerate(NETS)}
    writer.writerows(sorted(found, key=lambda row: (order[row["model"]], row["counter"])))
    return file.getvalue()


def accounts(found: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """The rows of each model and counter."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        groups.setdefault((row["model"], row["counter"]), []).append(row)
    return groups


def page(found: Sequence[Row]) -> str:
    """The Markdown page."""
    grouped = accounts(found)
    versions = {row["counter"]: row["version"] for row in found}
    parts = [
        "# Why counters disagree",
        f"{len(NETS)} nets of torchvision, {len(versions)} counters, {len(grouped)} numbers: each is the formulas' "
        "multiply-accumulates and the named terms beside it, to the last unit. Made by `make referee`; "
        "`referee.csv` has every term, `conventions.md` what they come from.",
        markdown.table(["counter", "version"], [list(item) for item in sorted(versions.items())]),
        *(_net(net, grouped) for net in NETS),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _net(net: str, grouped: Mapping[tuple[str, str], list[Row]]) -> str:
    own = {counter: terms for (model, counter), terms in grouped.items() if model == f"torchvision:{net}"}
    first = next(iter(own.values()))[0]
    headers = ["counter", ">printed", "unit", ">convention", ">fault", ">unexplained", "terms"]
    lines = [_line(counter, terms) for counter, terms in sorted(own.items())]
    core = f"{int(first['core']):,} multiply-accumulates at {first['input']}."
    return "\n\n".join([f"## {net}", core, markdown.table(headers, lines)])


def _line(counter: str, terms: Sequence[Row]) -> list[str]:
    first = terms[0]
    sums = {kind: sum(int(t["amount"]) for t in terms if t["kind"] == kind) for kind in ("convention", "fault")}
    left = int(first["printed"]) - int(first["core"]) - sum(sums.values())
    words = "; ".join(f"{t['term']} {text.signed(int(t['amount']))}" for t in terms if t["term"])
    unit = "FLOP" if first["unit"] == "flops" else "MAC"
    signed = [text.signed(amount) for amount in (*sums.values(), left)]
    return [counter, text.number(int(first["printed"])), unit, *signed, words]


def main() -> None:
    """Measure every net with what is installed, and write both files."""
    old = rows() if (REPORTS / "referee.csv").exists() else []
    new = [row for net in NETS for row in measured(net)]
    counted = {row["counter"] for row in new}
    found = [*new, *(row for row in old if row["counter"] not in counted)]
    (REPORTS / "referee.csv").write_text(table(found), encoding="utf-8")
    (REPORTS / "referee.md").write_text(page(list(csv.DictReader(io.StringIO(table(found))))), encoding="utf-8")


if __name__ == "__main__":
    main()
