"""``ebbtide check``: what is dangerous in a case, emergencies first, each with its basis; no model run."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ebbtide.case import Case, read_case
from ebbtide.library import load_library
from ebbtide.safety import case_findings, emergency_texts

WIDEST = 100
"""Of a line of text (characters)."""
HEADINGS = {
    "emergency": "EMERGENCY",
    "urgent": "URGENT (today)",
    "major": "MAJOR",
    "moderate": "MODERATE",
    "minor": "MINOR",
    "note": "NOTES",
}


def run_check(case_path: Path, folders: Sequence[Path], as_json: bool, quiet: bool) -> None:
    """Read a case, find what is dangerous in it and print it."""
    library = load_library(folders)
    case = read_case(case_path, library)
    findings = case_findings(case, library)
    texts = emergency_texts(library, case.person.jurisdiction)
    if as_json:
        document = {
            "case": case.id,
            "emergency": texts,
            "findings": findings,
            "not_simulated": case.unknown_products,
            "notes": case.notes,
            "library_digest": library.digest,
        }
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    typer.echo("\n".join(_page(case, findings, texts, quiet)))


def _page(
    case: Case, findings: Sequence[dict[str, Any]], texts: Sequence[dict[str, Any]], quiet: bool
) -> list[str]:
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    lines = [*_wrapped(f"{case.title}: {_count(findings)}", width, ""), ""]
    if not quiet:
        lines += ["Emergency signs, whatever is found below:"]
        lines += _wrapped(f"{texts[0]['sign']}: {texts[0]['text']}", width, "  ")
        lines += [
            line for t in texts[1:] for line in _wrapped(f"{t['sign']}: {t['text']}", width, "  - ", "    ")
        ]
        lines.append("")
    for severity, heading in HEADINGS.items():
        of_severity = [f for f in findings if f["severity"] == severity]
        if of_severity:
            lines += [heading, "-" * len(heading)]
            for one in of_severity:
                lines += [*_told(one, width), ""]
    if case.unknown_products:
        lines += _wrapped(
            f"Checked for safety, not simulated: {', '.join(case.unknown_products)}.", width, ""
        )
    for note in case.notes:
        lines += _wrapped(f"Note: {note}", width, "")
    lines += _wrapped(
        "Ebbtide supports a professional's judgement. What is not listed here is not known to be safe; it "
        "never tells "
        "anybody to take kratom or how much.",
        width,
        "",
    )
    return lines


def _count(findings: Sequence[dict[str, Any]]) -> str:
    counts = {s: sum(f["severity"] == s for f in findings) for s in HEADINGS}
    told = [f"{n} {s}" for s, n in counts.items() if n]
    return ", ".join(told) or "nothing found"


def _told(found: dict[str, Any], width: int) -> list[str]:
    """One finding: what, why, what to do, and its basis."""
    basis = found["basis"]
    lines = _wrapped(f"{found['title']}  [{found['id']}]", width, "* ", "  ")
    lines += _wrapped(found["message"], width, "  ")
    lines += _wrapped(found["advice"], width, "  -> ", "     ")
    parts = [
        ("rule", basis["rule"]),
        ("inputs", _inputs(basis["inputs"])),
        ("measured", "; ".join(basis.get("measured", ()))),
        ("evidence", basis["evidence"]),
        ("sources", _sources(basis)),
        ("missing", "; ".join(basis["missing"])),
        ("would change it", "; ".join(basis["would_change"])),
    ]
    for name, text in parts:
        if text:
            lines += _wrapped(f"{name}: {text}", width, "     ", "       ")
    return lines


def _inputs(inputs: dict[str, Any]) -> str:
    return "; ".join(
        f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in inputs.items() if value != []
    )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return " / ".join(map(_plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sources(basis: dict[str, Any]) -> str:
    locators = basis["locators"]
    return ", ".join(f"{key} ({locators[key]})" if key in locators else key for key in basis["sources"])


def _wrapped(text: str, width: int, first: str, then: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=first if then is None else then,
        break_long_words=False,
    )
