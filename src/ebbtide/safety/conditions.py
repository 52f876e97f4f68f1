"""What a condition, an age, a genotype or an organ makes of a substance; and what is not known of them."""

from __future__ import annotations

from typing import Any

from ebbtide.library.tables import Row, words

from .facts import Facts, Taken
from .findings import Finding, at_most, cited, finding, rank, worst
from .traits import TITLES, meets, span, trait_of

PREGNANCY_TAG = "condition:pregnancy"


def condition_findings(facts: Facts) -> list[Finding]:
    """``condition.<condition>.<substance or class>``: of several rows the worst."""
    groups: dict[str, list[tuple[Row, str, tuple[Taken, ...], bool]]] = {}
    for row in facts.library.tables.get("conditions", ()):
        answer = meets(row["when"], facts)
        if answer not in ("yes", "possible"):
            continue
        for selector in words(row["substance"]):
            taken = _concerned(row, selector, facts)
            if taken:
                id = f"condition.{row['condition']}.{selector}"
                groups.setdefault(id, []).append((row, selector, taken, answer == "yes"))
    return [_finding(id, group, facts) for id, group in _most_specific(groups, facts).items()]


def _concerned(row: Row, selector: str, facts: Facts) -> tuple[Taken, ...]:
    """Substances of the case that a row is about; ``beside`` asks for what their products hold besides."""
    beside = row.get("beside", "")
    return tuple(s for s in facts.tagged(selector) if not beside or beside in s.beside)


def _most_specific(
    groups: dict[str, list[tuple[Row, str, tuple[Taken, ...], bool]]], facts: Facts
) -> dict[str, list[tuple[Row, str, tuple[Taken, ...], bool]]]:
    """Without a rule about a class where more specific ones speak of all of its substances in the case."""
    medicines = facts.library.medicines
    kept = {}
    for id, group in groups.items():
        condition, selector = group[0][0]["condition"], group[0][1]
        covered = set()
        for other in groups.values():
            if other[0][0]["condition"] != condition or other[0][1] == selector:
                continue
            if other[0][1] in medicines or medicines.count(other[0][1]) < medicines.count(selector):
                covered |= {s.name for _, _, taken, _ in other for s in taken}
        if selector in medicines or {s.name for _, _, taken, _ in group for s in taken} - covered:
            kept[id] = group
    return kept


def _finding(id: str, group: list[tuple[Row, str, tuple[Taken, ...], bool]], facts: Facts) -> Finding:
    group = sorted(group, key=lambda g: (not g[3], rank(g[0]["severity"]), g[0]["id"]))
    sure = [g for g in group if g[3]]
    row, selector, taken, certain = sure[0] if sure else group[0]
    severity = worst([g[0]["severity"] for g in sure]) if sure else at_most(row["severity"], "moderate")
    known = _known(row, facts)
    title = f"{_plain(row['condition'])} and {_names(selector, taken, facts)}"
    if not certain:
        title += ": possible, not certain"
    elif row["contraindicated"]:
        title += ": do not use"
    trait = trait_of(row["when"])
    return finding(
        id,
        severity,
        f"{title[:1].upper()}{title[1:]}",
        f"{row['reason'].rstrip('.')}.",
        f"{row['advice'].rstrip('.')}.",
        rule=f"{_told_test(row['when'])}, with {_names(selector, taken, facts)} present"
        + (f" together with {row['beside']}" if row.get("beside") else ""),
        inputs={"person": known, **{s.name: s.told for s in taken}},
        **cited(row),
        missing=[TITLES[trait] if not certain and trait in TITLES else _still_open(trait)],
        would_change=_would_change(row, certain),
    )


def _still_open(trait: str) -> str:
    """What stays unknown where the trait itself is known."""
    return {"condition": "how severe it is now", "cyp2d6": "blood levels", "age_years": "frailty"}.get(
        trait, "a newer value"
    )


def _would_change(row: Row, certain: bool) -> list[str]:
    trait = trait_of(row["when"])
    if not certain:
        return [f"{TITLES.get(trait, trait)} known to be outside the range"]
    if trait == "condition":
        return ["the condition ended, or another substance"]
    return [f"another {TITLES.get(trait, trait)}, or another substance"]


def _plain(condition: str) -> str:
    words_ = condition.replace("_", " ")
    for short in ("qtc", "qt", "copd", "hiv", "cyp2d6", "cyp2b6", "cyp1a2"):
        words_ = " ".join(
            {"qtc": "QTc", "qt": "QT"}.get(w, w.upper()) if w == short else w for w in words_.split()
        )
    return {"hepatitis c": "hepatitis C", "hepatitis b": "hepatitis B"}.get(words_, words_)


def _names(selector: str, taken: tuple[Taken, ...], facts: Facts) -> str:
    names = ", ".join(s.title for s in taken)
    title = facts.library.medicines.class_titles.get(selector)
    return names if selector in facts.library.medicines or not title else f"{title} ({names})"


def _known(row: Row, facts: Facts) -> Any:
    told = []
    for test in words(row["when"]):
        trait, _, asked = test.partition(":")
        if trait == "condition":
            if facts.has_condition(asked):
                told.append(_plain(asked))
        elif trait == "child_pugh":
            told.append(f"Child-Pugh {facts.person.child_pugh or 'not given, cirrhosis'}")
        elif trait == "cyp2d6":
            told.append(f"CYP2D6 {facts.person.cyp2d6}")
        elif (known := span(trait, facts)) is not None:
            told.append(known.told)
    return "; ".join(told)


def _told_test(when: str) -> str:
    parts = []
    for test in words(when):
        trait, _, asked = test.partition(":")
        parts.append(
            f"condition {_plain(asked)}" if trait == "condition" else f"{TITLES.get(trait, trait)} {asked}"
        )
    return " or ".join(parts)


def unknown_findings(facts: Facts) -> list[Finding]:
    """``unknown.<trait>``: what is not known of the person and would matter for what is taken."""
    wanted: dict[str, list[tuple[Row, str, tuple[Taken, ...]]]] = {}
    for row in facts.library.tables.get("conditions", ()):
        trait = _open_trait(row, facts)
        if trait is None or row["severity"] == "note":
            continue
        for selector in words(row["substance"]):
            if taken := _concerned(row, selector, facts):
                wanted.setdefault(trait, []).append((row, selector, taken))
    return [_unknown(trait, rows, facts) for trait, rows in sorted(wanted.items())]


def _open_trait(row: Row, facts: Facts) -> str | None:
    """The trait of a row that is not known, or None."""
    if row["when"] == PREGNANCY_TAG:
        return "pregnancy" if _may_be_pregnant(facts) else None
    trait = trait_of(row["when"])
    return trait if trait in TITLES and meets(row["when"], facts) == "unknown" else None


def _may_be_pregnant(facts: Facts) -> bool:
    numbers = facts.library.safety["labs"]["childbearing"]
    age = facts.person.age_years
    young = age is None or numbers["from"].value <= age <= numbers["to"].value
    return facts.person.sex != "male" and young and not facts.has_condition("pregnancy")


def _unknown(trait: str, rows: list[tuple[Row, str, tuple[Taken, ...]]], facts: Facts) -> Finding:
    rows = sorted(rows, key=lambda r: (rank(r[0]["severity"]), r[0]["id"]))
    could = worst([row["severity"] for row, *_ in rows])
    substances = {s.name: s for _, _, taken in rows for s in taken}
    title = {"pregnancy": "Pregnancy"}.get(trait, TITLES.get(trait, trait))
    names = ", ".join(sorted({s.title for s in substances.values()}))
    examples = "; ".join(
        dict.fromkeys(f"{_told_test(row['when'])}: {row['reason'].rstrip('.')}" for row, *_ in rows[:3])
    )
    return finding(
        f"unknown.{trait}",
        "minor" if could == "major" else "note",
        f"{title if title == 'eGFR' else title[:1].upper() + title[1:]} is not known and matters for {names}",
        f"What is not known is not taken for normal. It would matter so: {examples}.",
        f"Find out: {_find_out(trait)}.",
        rule="a substance of the case has a rule about this trait, and the trait is not known",
        inputs={"known": "nothing", **{name: substances[name].told for name in sorted(substances)}},
        **cited(*[row for row, *_ in rows]),
        missing=[title],
        would_change=[f"{title} given"],
    )


def _find_out(trait: str) -> str:
    return {
        "egfr": "creatinine and eGFR",
        "child_pugh": "history of liver disease, ALT, AST, ALP, bilirubin, albumin, INR",
        "cyp2d6": "earlier reactions to codeine, tramadol or tricyclics; a test where it decides",
        "age_years": "age",
        "qtc": "ECG",
        "heart_rate": "pulse before each dose",
        "systolic": "blood pressure lying and standing before each dose",
        "pregnancy": "a pregnancy test where it is possible",
    }[trait]
