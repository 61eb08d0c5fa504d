"""`convcost audit`: every model of a library, or of a list."""

from pathlib import Path

import typer

from convcost.cli import completion, options
from convcost.cli.console import bar
from convcost.cli.files import Report, reporting


@reporting()
def command(
    models: str = typer.Argument(
        help="torchvision, timm, transformers, or a file: one model reference per line, or CSV with these in its first "
        "column.",
        show_default=False,
        autocompletion=completion.libraries,
    ),
    pattern: str | None = typer.Option(
        None, "--filter", metavar="GLOB", help="Only the models that this glob matches."
    ),
    jobs: int | None = options.amount("--jobs", "N", "Processes at once, by default one per core."),
    out: Path | None = typer.Option(None, metavar="FILE", help="Write the rows as .csv or .parquet."),
    resume: bool = typer.Option(False, "--resume", help="Continue an audit of the same --out, if it was stopped."),
    time_limit: float = options.amount(
        "--time-limit", "SECONDS", "Time that one model may take.", default=600, whole=False
    ),
    memory_limit: float = options.amount(
        "--memory-limit", "GIB", "Memory that one model may take.", default=8, whole=False
    ),
    dask: str | None = typer.Option(None, metavar="tcp://…", help="Run on the cluster of this Dask scheduler."),
) -> Report:
    """Compare every model of a library at its own input size: one row per model.

    Models are built without weights, each in a process that is watched: one that hangs or dies becomes a row with
    its error. Finished rows are saved beside --out at once, and --resume continues where an audit was stopped. A line
    of a file is a model as for convcost compare, with --input and --arg if it needs them; its code is run.
    Exit code: 0 no disagreement, 1 some, 2 could not run, also where a model could not be compared.

    Example: convcost audit torchvision --filter 'mobilenet_v3*' --out rows.csv
    """
    from convcost.api.projects import audit

    try:
        with bar("models") as progress:
            return audit(
                models,
                filter=pattern,
                jobs=jobs,
                out=out,
                resume=resume,
                time_limit=time_limit,
                memory_limit=memory_limit,
                dask=dask,
                progress=progress,
            )
    except KeyboardInterrupt:
        saved = "what is done is saved: the same command with --resume continues"
        typer.echo(f"stopped; {saved if out else 'nothing is saved without --out'}", err=True)
        raise
