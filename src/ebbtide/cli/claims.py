"""``ebbtide claims``: what is claimed, what is known for and against it, what the model computes."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ebbtide.library.claims import Claim, Claims, load_claims
from ebbtide.library.errors import unknown_name

WIDTH = 100
INDENT = " " * 6


def show_claims(wanted: str | None, folders: Sequence[Path], as_json: bool) -> None:
    """All claims, those of one topic, or one by its id."""
    claims = load_claims(folders)
    chosen = _chosen(claims, wanted)
    rows = [_row(topic, claim, claims) for topic, of_it in chosen.items() for claim in of_it]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for topic, of_it in chosen.items():
        typer.echo(f"{topic.replace('_', ' ').upper()}\n")
        for claim in of_it:
            typer.echo(_told(claim, claims))


def _chosen(claims: Claims, wanted: str | None) -> dict[str, tuple[Claim, ...]]:
    if wanted is None:
        return dict(claims.topics)
    if wanted in claims.topics:
        return {wanted: claims.topics[wanted]}
    for topic, of_it in claims.topics.items():
        for claim in of_it:
            if claim.id == wanted:
                return {topic: (claim,)}
    ids = [claim.id for of_it in claims.topics.values() for claim in of_it]
    error = unknown_name("topic or claim", wanted, [*claims.topics, *ids])
    error.allowed = ", ".join(claims.topics) + f", {ids[0]} to {ids[-1]}"
    raise error


def _row(topic: str, claim: Claim, claims: Claims) -> dict[str, Any]:
    return {
        "id": claim.id,
        "topic": topic,
        "claim": claim.claim,
        "verdict": claim.verdict,
        "grade": claim.grade,
        "summary": claim.summary,
        "for": [_statement(key, claims) for key in claim.for_],
        "against": [_statement(key, claims) for key in claim.against],
        "computed": [claims.computed[key].model_dump() for key in claim.computed],
        "seen_in": claim.seen_in,
    }


def _statement(key: str, claims: Claims) -> dict[str, Any]:
    statement = claims.evidence[key]
    source = claims.sources[statement.source]
    return statement.model_dump() | {"citation": f"{source.authors} ({source.year}). {source.title}".strip()}


def _told(claim: Claim, claims: Claims) -> str:
    lines = [_wrapped(claim.claim, claim.id)]
    grade = "no study" if claim.grade == "none" else f"evidence {claim.grade}"
    lines.append(_wrapped(f"{claim.verdict}, {grade}: {claim.summary}"))
    for word, keys in (("for", claim.for_), ("against", claim.against)):
        for key in keys:
            known = claims.evidence[key]
            read = "" if known.verified else ", not read again"
            lines.append(_wrapped(f"{word}: {known.text} ({known.source}, {known.kind}{read})"))
    for key in claim.computed:
        computed = claims.computed[key]
        rests = f" (studies: {', '.join(computed.studies)})" if computed.studies else " (no study tests it)"
        lines.append(_wrapped(f"computed: {computed.text}{rests}"))
    return "\n".join(lines) + "\n"


def _wrapped(text: str, lead: str = "") -> str:
    first = f"{lead:<6}" if lead else INDENT
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=INDENT if lead else INDENT + "  "
    )
