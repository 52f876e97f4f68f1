"""Published studies as files: JSON and CSV for scripts, one HTML page that reads offline."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import ebbtide
from ebbtide.validation import ResultRow, StudyResult

TEMPLATES = Path(__file__).parent / "templates"


def write_studies(
    studies: Sequence[StudyResult], summary: Mapping[str, Any], library_digest: str, out: Path
) -> dict[str, Path]:
    """Write ``results.json``, ``results.csv`` and ``results.html`` into ``out``; gives their paths."""
    written = {kind: out / f"results.{kind}" for kind in ("json", "csv", "html")}
    provenance = {"software_version": ebbtide.__version__, "library_digest": library_digest}
    tables = {"provenance": provenance, "summary": summary, "studies": [study.as_dict() for study in studies]}
    written["json"].write_text(json.dumps(tables, indent=1, ensure_ascii=False), encoding="utf-8")
    with written["csv"].open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [field.name for field in fields(ResultRow)])
        table.writeheader()
        table.writerows(row.as_dict() for study in studies for row in study.rows)
    written["html"].write_text(_page(studies, summary, provenance), encoding="utf-8")
    return written


def _page(studies: Sequence[StudyResult], summary: Mapping[str, Any], provenance: Mapping[str, str]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = short
    template = environment.get_template("studies.html.j2")
    return template.render(studies=studies, summary=summary, provenance=provenance)


def short(value: float | None) -> str:
    """A number in three digits, or a dash."""
    if value is None:
        return "–"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
