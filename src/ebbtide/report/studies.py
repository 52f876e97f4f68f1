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

from .render import to_svg
from .studies_charts import forest, scatter

TEMPLATES = Path(__file__).parent / "templates"
RATIO_DOMAINS = ("pk", "interactions")
"""Domains whose tables show ratios; the others show differences."""
TITLES = {"pk": "Exposure", "interactions": "Interactions", "other": "Other quantities"}


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
    rows = [row for study in studies for row in study.rows]
    return template.render(
        studies=studies,
        summary=summary,
        provenance=provenance,
        ratio_domains=RATIO_DOMAINS,
        scatter=_scatter(rows),
        forests=_forests(rows),
    )


def _scatter(rows: Sequence[ResultRow]) -> Any:
    from markupsafe import Markup

    spec = scatter(rows)
    if spec is None:
        return None
    count = sum(row.ratio is not None for row in rows)
    label = (
        f"Predicted against published for {count} numbers, with lines of identity and of twofold either way"
    )
    return Markup(to_svg(spec, label, "scatter"))  # Vega escapes its text, to_svg the label


def _forests(rows: Sequence[ResultRow]) -> list[dict[str, Any]]:
    from markupsafe import Markup

    result = []
    for domain in dict.fromkeys(row.domain for row in rows):
        own = [row for row in rows if row.domain == domain and row.ratio is not None]
        spec = forest(own)
        if spec is None:
            continue
        label = f"Predicted over published in the domain {domain}, with the range that each study accepts"
        shown = len({v["label"] for v in spec["layer"][2]["data"]["values"]})
        chart = Markup(to_svg(spec, label, f"forest-{domain}"))
        result.append(
            {
                "domain": TITLES.get(domain, domain.capitalize()),
                "chart": chart,
                "rows": len(own),
                "shown": shown,
            }
        )
    return result


def short(value: float | None) -> str:
    """A number in three digits, or a dash."""
    if value is None:
        return "–"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
