"""Commands, options and exit codes. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import ebbtide
from ebbtide.library.errors import InputError

BAD_INPUT = 2
OUR_FAULT = 1
STOPPED = 130
"""By Ctrl-C, as shells have it."""

app = typer.Typer(
    name="ebbtide",
    help="Opioid withdrawal computed for a person or a population, every number with its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # loading what paints the help takes longer than all else of it
)

LibraryFolders = Annotated[
    list[Path] | None,
    typer.Option("--library", metavar="DIR", help="A library folder of your own; may be repeated."),
]
EntryColumn = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COL",
        help="The column that holds it, or COMPARTMENT=COL; may be repeated.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output alone on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ebbtide {ebbtide.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Opioid withdrawal computed for a person or a population, every number with its source."""


@app.command()
def simulate(
    case: Annotated[Path, typer.Argument(metavar="CASE.toml", help="The case file.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where results go.")],
    people: Annotated[int, typer.Option(help="Simulated people; 1 is the typical person.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    step: Annotated[str, typer.Option(metavar="TIME", help='Time between output rows, e.g. "1h".')] = "1h",
    tolerance: Annotated[float, typer.Option(help="Largest numerical error, as a share of range.")] = 1e-4,
    reference: Annotated[
        bool | None,
        typer.Option(help="Compare with the reference solver; by default with more than one person."),
    ] = None,
    library: LibraryFolders = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Forecast for the person and each alternative; observations are shown, not used."""
    from .simulate import run_simulate

    written = run_simulate(
        case, out, people, seed, step, tolerance, library or [], quiet or as_json, reference
    )
    if as_json:
        typer.echo(json.dumps({name: str(path) for name, path in written.items()}))
    elif not quiet:
        typer.echo(f"Report: {written['report']}")


@app.command()
def follow(
    case: Annotated[Path, typer.Argument(metavar="CASE.toml", help="The case file, with observations.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where results go.")],
    people: Annotated[int, typer.Option(help="Simulated people that the record chooses among.")] = 256,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 1,
    step: Annotated[str, typer.Option(metavar="TIME", help='Time between output rows, e.g. "1h".')] = "1h",
    tolerance: Annotated[float, typer.Option(help="Largest numerical error, as a share of range.")] = 1e-4,
    library: LibraryFolders = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Forecast for the person given the observations so far; past forecasts against what came."""
    from .follow import run_follow

    written = run_follow(case, out, people, seed, step, tolerance, library or [], quiet or as_json)
    if as_json:
        typer.echo(json.dumps({name: str(path) for name, path in written.items()}))
    elif not quiet:
        typer.echo(f"Report: {written['report']}")


@app.command()
def check(
    case: Annotated[Path, typer.Argument(metavar="CASE.toml", help="The case file.")],
    library: LibraryFolders = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """What is dangerous in a case, emergencies first, each finding with its basis; no model run."""
    from .check import run_check

    run_check(case, library or [], as_json, quiet)


@app.command()
def nonmem(
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="The event table.")],
    compound: Annotated[Path, typer.Option("--compound", metavar="FILE.toml", help="The compound file.")],
    out: Annotated[Path, typer.Option("--out", metavar="OUT.csv", help="Where the result goes.")],
    bioavailability: EntryColumn = None,
    lag: EntryColumn = None,
    duration: EntryColumn = None,
    rate: EntryColumn = None,
    quiet: Quiet = False,
) -> None:
    """Run a NONMEM-style event table through one compound."""
    from .nonmem import run_nonmem

    options = {"fraction": bioavailability, "lag": lag, "duration": duration, "rate": rate}
    run_nonmem(data, compound, {item: texts or [] for item, texts in options.items()}, out, quiet)


@app.command()
def compounds(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    library: LibraryFolders = None,
    as_json: AsJson = False,
) -> None:
    """The compounds of the library, or every number of one with its source."""
    from .evidence import show_compound, show_compounds

    if name is None:
        show_compounds(library or [], as_json)
    else:
        show_compound(name, library or [], as_json)


@app.command()
def sources(
    key: Annotated[str, typer.Argument(metavar="KEY")],
    library: LibraryFolders = None,
    as_json: AsJson = False,
) -> None:
    """Where a number comes from: one source, and every number of the library that rests on it."""
    from .evidence import show_source

    show_source(key, library or [], as_json)


@app.command()
def score(
    scale: Annotated[str, typer.Argument(metavar="SCALE", help="COWS, SOWS, PHQ-9, ...")],
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS.toml", help="Scores item by item.")],
    library: LibraryFolders = None,
    as_json: AsJson = False,
) -> None:
    """Total and severity of a rating scale, with what is urgent in the answers."""
    from .score import show_score

    show_score(scale, answers, library or [], as_json)


@app.command()
def claims(
    which: Annotated[str | None, typer.Argument(metavar="[TOPIC|ID]")] = None,
    library: LibraryFolders = None,
    as_json: AsJson = False,
) -> None:
    """What is claimed about kratom, magnesium and melatonin in withdrawal, and what is known."""
    from .claims import show_claims

    show_claims(which, library or [], as_json)


validate = typer.Typer(help="Predictions against observations.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(validate, name="validate")


@validate.command()
def literature(
    studies: Annotated[
        Path | None,
        typer.Option("--studies", metavar="DIR", help="Folder of study files; by default studies/ here."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where a table of results goes.")
    ] = None,
    library: LibraryFolders = None,
    as_json: AsJson = False,
) -> None:
    """Predicted against observed for published studies."""
    from .literature import run_literature

    run_literature(studies, out, library or [], as_json)


@validate.command()
def ctn0094(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of tables.")],
    task: Annotated[str, typer.Option(help="cold, next, return-entry or return-week3.")],
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="OUT.csv", help="Where probabilities go.")
    ] = None,
    mechanism: Annotated[
        bool, typer.Option("--mechanism", help="Show the mechanism alone beside the layer (minutes).")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Ratings of withdrawal, or return to use, of people in tables of the CTN-0094 form."""
    from .ctn0094 import run_ctn0094

    run_ctn0094(data, task, predictions, mechanism, as_json, quiet)


def main() -> None:
    """Entry point: one clear message and exit 2 for bad input, exit 1 for a fault of ours."""
    gc.disable()  # loading modules fills memory and frees none of it; whoever computes turns it on
    try:
        code = app(standalone_mode=False, prog_name="ebbtide")
    except InputError as error:
        _fail(str(error), BAD_INPUT)
    except FloatingPointError as error:
        _fail(f"the computation failed: {error}", OUR_FAULT)
    except (KeyboardInterrupt, typer.Abort):
        _fail("stopped", STOPPED)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except Exception as error:
        _fail_on_usage(error)
    else:  # typer hands over the code of an Exit, and of Ctrl-C, as a result
        if code == STOPPED:
            _fail("stopped", STOPPED)
        sys.exit(code or 0)
    finally:
        gc.enable()


def _fail(message: str, code: int) -> None:
    help_text = message.startswith("Usage: ")  # what a command without arguments says
    print(message if help_text else f"ebbtide: {message}", file=sys.stderr)
    sys.exit(code)


def _fail_on_usage(error: Any) -> None:
    """Wrong options are bad input; all else is a fault of ours, told without a traceback of the user's."""
    if hasattr(error, "format_message"):
        _fail(error.format_message(), BAD_INPUT)
    raise error
