"""``ebbtide score``: total and severity of one rating, and what is urgent in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ebbtide.case.answers import Answers, parse_answers
from ebbtide.case.scoring import Score
from ebbtide.case.toml_files import read_toml
from ebbtide.library.loader import load_library
from ebbtide.library.scales import Band, Scale
from ebbtide.safety.findings import Finding, by_severity
from ebbtide.safety.score_rules import score_findings


def show_score(name: str, path: Path, folders: Sequence[Path], as_json: bool) -> None:
    """Score a file of answers."""
    scale = load_library(folders).scale(name, "SCALE")
    answers = parse_answers(read_toml(path), scale, str(path))
    when = {"date": answers.date} if answers.date else {}
    findings = by_severity(score_findings(answers.score, when))
    if as_json:
        typer.echo(json.dumps(_row(answers, findings)))
    else:
        typer.echo("\n".join(_lines(answers, findings)))


def _row(answers: Answers, findings: Sequence[Finding]) -> dict[str, Any]:
    score, scale = answers.score, answers.score.scale
    return {
        "scale": scale.name,
        "title": scale.title,
        "complete": score.total is not None,
        "total": score.total,
        "maximum": scale.total_maximum,
        "possible": {"low": score.lowest, "high": score.highest},
        "severity": _name(score.band),
        "possible_severities": [band.name for band in score.possible_bands],
        "prorated": _prorated(score),
        "missing": list(score.missing) if score.total is None else [],
        "items": [
            {
                "number": number,
                "key": item.key,
                "score": score.answers.get(item.key),
                "maximum": item.maximum,
                "definition": item.definition,
            }
            for number, item in enumerate(scale.items, start=1)
        ],
        "bands": [band.model_dump() for band in scale.bands],
        "bands_source": scale.bands_source or scale.source,
        "bands_verified": scale.bands_verified,
        "bands_note": scale.bands_note,
        "source": scale.source,
        "licence": scale.licence,
        "date": answers.date,
        "rater": answers.rater,
        "id": answers.id,
        "note": answers.note,
        "findings": list(findings),
    }


def _name(band: Band | None) -> str | None:
    return None if band is None else band.name


def _prorated(score: Score) -> dict[str, Any] | None:
    """The prorated total where the instrument allows one, its severity by the nearest whole number."""
    rule = score.scale.proration
    if score.prorated is None or rule is None:
        return None
    whole = int(score.prorated + 0.5)
    return {
        "total": round(score.prorated, 1),
        "severity": _name(score.scale.band(whole)),
        "rule": f"mean of the answered items for up to {rule.most_missing} missing ones",
        "source": rule.source,
        "locator": rule.locator,
    }


def _lines(answers: Answers, findings: Sequence[Finding]) -> list[str]:
    score, scale = answers.score, answers.score.scale
    about = ", ".join(part for part in (answers.date, answers.rater, answers.id) if part)
    lines = [f"{scale.name}, {scale.title}" + (f" ({about})" if about else "")]
    if score.total is not None:
        severity = _name(score.band) or "no named range"
        lines.append(f"Total {score.total} of {scale.total_maximum}: {severity}")
    else:
        bands = " to ".join(dict.fromkeys(_ends(score.possible_bands)))
        lines.append(
            f"Incomplete: total between {score.lowest} and {score.highest} of {scale.total_maximum}"
            + (f" ({bands})" if bands else "")
        )
        lines.append(f"Missing: {', '.join(score.missing)}")
        prorated = _prorated(score)
        if prorated:
            lines.append(
                f"Prorated: {prorated['total']} ({prorated['severity']}), {prorated['rule']} "
                f"({prorated['source']})"
            )
    if scale.bands_note:
        lines.append(f"Ranges: {scale.bands_note}")
    if not scale.bands_verified:
        lines.append("Ranges are remembered, not read.")
    lines += _findings(findings)
    lines.append(f"Source: {scale.source}. {_licence(scale)}")
    return lines


def _ends(bands: Sequence[Band]) -> list[str]:
    return [bands[0].name, bands[-1].name] if bands else []


def _findings(findings: Sequence[Finding]) -> list[str]:
    lines = []
    for found in findings:
        lines += [f"{found['severity'].upper()}: {found['message']}", f"  {found['advice']}"]
    return lines


def _licence(scale: Scale) -> str:
    return f"Licence: {scale.licence}" if scale.licence else "Licence not told."
