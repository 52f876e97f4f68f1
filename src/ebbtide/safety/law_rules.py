"""Findings on law: what is known of kratom, 7-OH and other products in a place. Never legal advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ebbtide.library import Library, conversion, same_kind
from ebbtide.library.tables import Row, words

from .findings import Finding, Severity, cited, finding
from .limits import About, number, together
from .lots import Lot, lots_of, with_uses
from .places import name_of, place_name, places
from .seven_oh_rules import NAME, known_contents, share_of_alkaloids

NO_ADVICE = "This is not legal advice: ask a lawyer or the authority before relying on it."
SEVERITY_OF: Mapping[str, Severity] = {
    "banned": "major",
    "restricted": "moderate",
    "changing": "moderate",
    "prescription": "note",
    "regulated": "note",
    "unregulated": "note",
}
TITLE_OF = {
    "banned": "{what} banned in {where}",
    "restricted": "{what} restricted in {where}",
    "changing": "Law on {what} is changing in {where}",
    "prescription": "{what} on prescription in {where}",
    "regulated": "{what} regulated in {where}",
    "unregulated": "No law on {what} was found for {where}",
}
TOLD_WHEN_UNKNOWN = ("kratom", "7-oh", "derivatives")
"""Substances of which it is said that their law is not known."""
STRICTEST = ("banned", "restricted", "changing", "prescription", "regulated", "unregulated")


@dataclass(frozen=True)
class _Subject:
    """A substance that law speaks of, and the products of the case that are it."""

    name: str
    title: str
    lots: tuple[Lot, ...]


def law_findings(about: About) -> list[Finding]:
    """The law of the person's jurisdiction on what the case has, as far as the library knows it."""
    lots = lots_of(about.case, about.doses, about.library)
    subjects = _subjects(lots, about.library)
    if not subjects:
        return []
    where = places(about.library, about.person.jurisdiction)
    by_status: dict[str, list[tuple[_Subject, Row]]] = {}
    unknown: list[_Subject] = []
    for subject in subjects:
        rows, known = _rows(subject.name, where, about)
        for row in rows:
            by_status.setdefault(row["status"], []).append((subject, row))
        if not known and subject.name in TOLD_WHEN_UNKNOWN:
            unknown.append(subject)
    found = [_status(s, by_status[s], where, about) for s in STRICTEST if s in by_status]
    pairs = [pair for of_it in by_status.values() for pair in of_it]
    found += [*_age(pairs, where, about), *_seven_oh(pairs, about)]
    if unknown:
        found.append(_unknown(unknown, where, about))
    return with_uses(together(found), lots, about.case, about.doses)


def _subjects(lots: Sequence[Lot], library: Library) -> list[_Subject]:
    """What law speaks of, by the active compound of each product."""
    found = []
    for row in library.tables["regulated"]:
        actives = words(row["actives"])
        of_it = tuple(lot for lot in lots if library.compound(lot.product.active).name in actives)
        if of_it:
            found.append(_Subject(row["id"], row["title"], of_it))
    return found


def _rows(substance: str, where: Sequence[str], about: About) -> tuple[list[Row], bool]:
    """The entries that count, and whether the law of the nearest place is known.

    The entry of the nearest place, and those of the places around it that are stricter. Where the
    regions of a country decide for themselves, the country's entry says nothing of a region's law.
    """
    table = {row["id"]: row for row in about.library.tables["jurisdictions"]}
    rows: list[Row] = []
    known = False
    for place, code in enumerate(where):
        row = _entry(substance, code, about)
        if row is None:
            continue
        regional = place > 0 and table.get(code, {}).get("regions_decide") == "yes"
        if not rows and not regional:
            known = True
            rows.append(row)
        elif _strictness(row) < min((_strictness(other) for other in rows), default=_strictness(None)):
            rows.append(row)
    return rows, known


def _entry(substance: str, code: str, about: About) -> Row | None:
    """The entry of one place at the start of the case.

    What is said of kratom covers its alkaloids where nothing else is said. Outside the time of all
    entries the last one is taken: it is the newest that is known.
    """
    library, day = about.library, about.case.start.date().isoformat()
    covering = next(row for row in library.tables["regulated"] if row["id"] == substance)["covered_by"]
    for name in (substance, covering):
        rows = [
            row
            for row in library.tables["regulation"]
            if (row["jurisdiction"], row["substance"], row["place"]) == (code, name, "")
        ]
        in_force = [row for row in rows if row["begins"] <= day and (not row["ends"] or day < row["ends"])]
        if rows:
            return (in_force or rows)[-1]
    return None


def _strictness(row: Row | None) -> int:
    """0 for a ban; what is not strict, or not known, comes last."""
    status = "unregulated" if row is None else row["status"]
    return STRICTEST.index(status) if status in STRICTEST else len(STRICTEST)


def _status(
    status: str, pairs: Sequence[tuple[_Subject, Row]], where: Sequence[str], about: About
) -> Finding:
    what = " and ".join(dict.fromkeys(subject.title for subject, _ in pairs))
    rows = [row for _, row in pairs]
    place = " and ".join(dict.fromkeys(name_of(about.library, row["jurisdiction"]) for row in rows))
    details = " ".join(
        f"{subject.title} ({name_of(about.library, row['jurisdiction'])}, as of {row['as_of']}): "
        f"{row['detail']}."
        for subject, row in pairs
    )
    local = _local(pairs, where, about.library)
    old = [row for row in rows if _is_old(row, about)]
    missing = ["changes of the law since the dates above", "rules of towns and counties"]
    missing += [f"a source newer than {row['as_of']} ({row['id']})" for row in old]
    title = TITLE_OF[status].format(what=what, where=place)
    return finding(
        f"legal.{status}",
        SEVERITY_OF[status],
        title[0].upper() + title[1:],
        details + local + (" An entry is more than a year older than this case." if old else ""),
        f"Look the law up before anything else is planned. {NO_ADVICE}",
        rule="status of the substances of the case in person.jurisdiction, by the nearest entry of the "
        "library",
        inputs={
            "jurisdiction": about.person.jurisdiction,
            "entries": [
                {key: row[key] for key in ("id", "status", "as_of")}
                | {"products": [lot.name for lot in s.lots]}
                for s, row in pairs
            ],
            "case_start": about.case.start.date().isoformat(),
        },
        **cited(*rows),
        missing=missing,
        would_change=("a change of the law", "another jurisdiction"),
    )


def _local(pairs: Sequence[tuple[_Subject, Row]], where: Sequence[str], library: Library) -> str:
    """Rules of towns and counties of the place."""
    names = {subject.name for subject, _ in pairs}
    local = [
        f"{row['place']} ({row['status']}, as of {row['as_of']})"
        for row in library.tables["regulation"]
        if row["place"] and row["jurisdiction"] == where[0] and row["substance"] in names
    ]
    return f" Known local rules: {', '.join(local)}." if local else ""


def _age(pairs: Sequence[tuple[_Subject, Row]], where: Sequence[str], about: About) -> Iterator[Finding]:
    limited = [(subject, row) for subject, row in pairs if row["age_minimum"]]
    if not limited:
        return
    age, oldest = about.person.age_years, max(int(row["age_minimum"]) for _, row in limited)
    if age is not None and age >= oldest:
        return
    rows = [row for _, row in limited]
    what = " and ".join(subject.title for subject, _ in limited)
    known = "The person's age is not known." if age is None else f"The person is {age:g}."
    yield finding(
        "legal.age",
        "note" if age is None else "major",
        f"{what[0].upper()}{what[1:]} under an age limit in {place_name(about.library, where)}",
        f"Sale is lawful from the age of {oldest} (as of {', '.join(row['as_of'] for row in rows)}). {known}",
        f"A person below this age needs care made for them. {NO_ADVICE}",
        rule="person.age_years below the lowest age of the entry, or not known",
        inputs={"age_years": age, "age_minimum": oldest, "entries": [row["id"] for row in rows]},
        **cited(*rows),
        missing=("person.age_years",) if age is None else ("changes of the law since the dates above",),
        would_change=("the person's age", "a change of the law"),
    )


def _seven_oh(pairs: Sequence[tuple[_Subject, Row]], about: About) -> Iterator[Finding]:
    """Products with more 7-OH than the law of the place allows."""
    for subject, row in pairs:
        limits = {key: row[key] for key in ("seven_oh_share_percent", "seven_oh_mg_per_g") if row[key]}
        if subject.name not in TOLD_WHEN_UNKNOWN or not limits:
            continue
        over = {lot.name: text for lot in subject.lots if (text := _over(lot, row, about.library))}
        if over:
            yield finding(
                "legal.seven_oh_limit",
                "moderate",
                f"More 7-hydroxymitragynine than {name_of(about.library, row['jurisdiction'])} allows: "
                f"{', '.join(over)}",
                "; ".join(f"{name}: {text}" for name, text in over.items())
                + f". As of {row['as_of']}: {row['detail']}.",
                "Look the law up; it is about sale in most places, and about possession in some. "
                f"{NO_ADVICE}",
                rule="7-hydroxymitragynine of the assay, or a product that is made of it, above the limit "
                "of the entry",
                inputs={"entry": row["id"], "limits": limits, "products": over},
                **cited(row),
                missing=("changes of the law since the date above",),
                would_change=("another analysis of the lot", "a change of the law"),
            )


def _over(lot: Lot, row: Row, library: Library) -> str:
    """What of a lot is above the limits of a row; empty for nothing that is known."""
    share = share_of_alkaloids(lot, library)
    if row["seven_oh_share_percent"]:
        limit = float(row["seven_oh_share_percent"])
        if library.compound(lot.product.active).name == NAME:
            return f"made of 7-hydroxymitragynine, {limit:g} % of alkaloids allowed"
        if share is not None and share[0] > limit * (1 + 1e-9):
            return f"{number(share[0])} % of {share[1]}, {limit:g} % allowed"
    if row["seven_oh_mg_per_g"]:
        limit = float(row["seven_oh_mg_per_g"])
        content = known_contents(lot).get(NAME)
        if content is not None and same_kind(content.unit, "mg/g"):
            value = content.value * conversion(content.unit, "mg/g")
            if value > limit * (1 + 1e-9):
                return f"{number(value)} mg/g, {limit:g} mg/g allowed"
    return ""


def _unknown(subjects: Sequence[_Subject], where: Sequence[str], about: About) -> Finding:
    what = " and ".join(subject.title for subject in subjects)
    code = about.person.jurisdiction
    place = place_name(about.library, where) if code else "a place that is not told"
    told = (
        f"The library has no entry on {what} for {place}."
        if code
        else f"person.jurisdiction is not given, so nothing can be said of the law on {what}."
    )
    if (
        code
        and len(where) == 1
        and not any(row["id"] == where[0] for row in about.library.tables["jurisdictions"])
    ):
        told += " The code is not in the library's table of places."
    return finding(
        "legal.unknown",
        "note",
        f"Law on {what} not known for {place}",
        f"{told} Not known does not mean allowed: it is banned in many places.",
        f"Look the law up. {NO_ADVICE}",
        rule="no entry of the library for the substances of the case in person.jurisdiction, its country or "
        "union",
        inputs={"jurisdiction": code, "products": [lot.name for subject in subjects for lot in subject.lots]},
        sources=_of_most_bans(about),
        evidence="absence of evidence",
        missing=("person.jurisdiction",) if code is None else (f"the law on {what} in {place}",),
        would_change=("an entry for the place", "another jurisdiction"),
    )


def _of_most_bans(about: About) -> tuple[str, ...]:
    """The source of most entries on bans: what "banned in many places" rests on."""
    bans = Counter(row["source"] for row in about.library.tables["regulation"] if row["status"] == "banned")
    return tuple(source for source, _ in bans.most_common(1))


def _is_old(row: Row, about: About) -> bool:
    """Whether an entry is much older than the start of the case."""
    parts = [int(part) for part in row["as_of"].split("-")]
    as_of = date(parts[0], parts[1] if len(parts) > 1 else 12, parts[2] if len(parts) > 2 else 28)
    limit = about.library.safety["products"]["law"]["old_after"].to("d")
    return bool((about.case.start.date() - as_of).days > limit)
