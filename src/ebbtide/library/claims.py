"""What is claimed about kratom, magnesium and melatonin in withdrawal, and what is known about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from .errors import InputError, unknown_name
from .loader import library_roots, load_library, read_toml_file, validate
from .parameter import Entry
from .schema import Source

Verdict = Literal["supported", "partly supported", "unsupported", "contradicted", "unverifiable", "error"]
Grade = Literal["high", "moderate", "low", "very low", "none"]
"""How far further studies are expected to change the verdict; ``none``: there is no study."""


class Statement(Entry):
    """One thing that is known, from one source."""

    text: str
    kind: str
    """What it rests on: randomised trial, survey, animal, guideline, ..."""
    source: str
    locator: str = ""
    verified: bool = True
    """Whether the source was read; otherwise it is remembered."""


class Computed(Entry):
    """What the model computes about a claim, and the studies that show how well."""

    text: str
    studies: tuple[str, ...]
    """Files of ``studies/`` without their ending."""


class Claim(Entry):
    """A statement as marketing makes it, judged."""

    id: str
    claim: str
    verdict: Verdict
    grade: Grade
    summary: str
    for_: tuple[str, ...] = Field(alias="for")
    """Keys of the statements that speak for it."""
    against: tuple[str, ...]
    computed: tuple[str, ...] = ()
    seen_in: int = Field(default=0, ge=0, le=5)
    """How many of the five marketing texts that were read make it; 0 for one that was added."""


@dataclass(frozen=True)
class Claims:
    """All claims by topic, and what they refer to by key."""

    topics: Mapping[str, tuple[Claim, ...]]
    evidence: Mapping[str, Statement]
    computed: Mapping[str, Computed]
    sources: Mapping[str, Source]


def load_claims(folders: Sequence[Path | str] = ()) -> Claims:
    """The claims of the shipped library and of a user's ``claims/*.toml``, references checked.

    Raises
    ------
    InputError
        Naming file and key, for a claim that names a statement, source or study text that does not exist.
    """
    evidence: dict[str, Statement] = {}
    computed: dict[str, Computed] = {}
    claims: dict[str, tuple[str, Claim]] = {}
    for root in library_roots(folders):
        for path in sorted((root / "claims").glob("*.toml")):
            where = f"claims/{path.name}"
            raw = read_toml_file(path)
            evidence |= _entries(Statement, raw.get("evidence", {}), f"{where}: evidence")
            computed |= _entries(Computed, raw.get("computed", {}), f"{where}: computed")
            for index, entry in enumerate(raw.get("claims", ())):
                claim = validate(Claim, entry, f"{where}: claims[{index}]")
                claims[claim.id] = (path.stem, claim)
    found = Claims(
        topics=_by_topic(claims.values()),
        evidence=MappingProxyType(evidence),
        computed=MappingProxyType(computed),
        sources=load_library(folders).sources,
    )
    _check(found)
    return found


def _entries(model: type[Any], raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise InputError("a table is needed", where=where)
    return {key: validate(model, value, f"{where}.{key}") for key, value in raw.items()}


def _by_topic(claims: Any) -> Mapping[str, tuple[Claim, ...]]:
    topics: dict[str, list[Claim]] = {}
    for topic, claim in claims:
        topics.setdefault(topic, []).append(claim)
    return MappingProxyType({topic: tuple(of_it) for topic, of_it in sorted(topics.items())})


def _check(claims: Claims) -> None:
    for topic, of_it in claims.topics.items():
        for claim in of_it:
            for keys, known, kind in (
                ((*claim.for_, *claim.against), claims.evidence, "statement"),
                (claim.computed, claims.computed, "computed"),
            ):
                for key in keys:
                    if key not in known:
                        raise unknown_name(kind, key, known, f"claims/{topic}.toml: {claim.id}")
    for key, statement in claims.evidence.items():
        if statement.source not in claims.sources:
            raise unknown_name("source", statement.source, claims.sources, f"claims: evidence.{key}")
