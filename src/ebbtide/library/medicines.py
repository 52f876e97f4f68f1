"""Medicines, street drugs, herbs and foods known for what they do to others: by name, without kinetics.

The table ``safety/medicines.csv`` says for each what it is (classes), which enzymes it inhibits, induces
or is cleared by, and how much it counts towards long QT, sedation, serotonin and liver injury. From this
come its *tags*, the words that rules look for: ``benzodiazepine``, ``cyp3a4_inhibitor_strong``, ``qt_known``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .tables import Row, words

FORMS = frozenset(
    [
        "tablet",
        "tablets",
        "capsule",
        "capsules",
        "film",
        "films",
        "liquid",
        "solution",
        "syrup",
        "elixir",
        "suspension",
        "injection",
        "infusion",
        "patch",
        "patches",
        "spray",
        "nasal",
        "depot",
        "monthly",
        "weekly",
        "daily",
        "lozenge",
        "cream",
        "gel",
        "ointment",
        "drops",
        "powder",
        "granules",
        "sachet",
        "sachets",
        "puff",
        "inhaler",
        "nebules",
        "suppository",
        "sublingual",
        "buccal",
        "oral",
        "intravenous",
        "iv",
        "im",
        "sc",
        "subcutaneous",
        "intramuscular",
        "transdermal",
        "intranasal",
        "rectal",
        "topical",
        "inhaled",
        "smoked",
        "injected",
        "prolonged",
        "extended",
        "modified",
        "slow",
        "sustained",
        "immediate",
        "release",
        "er",
        "xr",
        "sr",
        "mr",
        "cr",
        "ir",
        "la",
        "long",
        "acting",
        "decanoate",
        "palmitate",
        "pamoate",
        "enanthate",
        "embonate",
        "dispersible",
        "soluble",
        "effervescent",
        "hydrochloride",
        "hcl",
        "sulfate",
        "sulphate",
        "citrate",
        "maleate",
        "tartrate",
        "phosphate",
        "sodium",
        "potassium",
        "acetate",
        "bromide",
        "mesylate",
        "succinate",
        "fumarate",
        "besylate",
        "gum",
        "tea",
        "shot",
        "extract",
        "juice",
        "implant",
        "pen",
        "low",
        "high",
        "dose",
        "mg",
    ]
)
"""Words for the form, the way in or the salt, that may stand before or after the name of a medicine."""


_ENZYME_COLUMNS = (("inhibits", "inhibitor"), ("induces", "inducer"), ("substrate", "substrate"))
_OPIOID = frozenset({"opioid", "opioid_like", "kratom_product"})
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Medicine:
    """One row of the table."""

    name: str
    synonyms: tuple[str, ...]
    tags: frozenset[str]
    qt: str
    """``known``, ``possible`` or ``conditional`` risk of torsades, or empty."""
    sedation: int
    """0 none to 3 strong."""
    serotonin: int
    """0 none to 3 (inhibitors of MAO)."""
    lingers_d: float
    """Days after the last dose in which it, or what it did, still matters."""
    row: Row

    @property
    def title(self) -> str:
        """The name as a text has it."""
        return self.name.replace("_", " ")


def tags_of(row: Row, implied: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The tags of a row: its classes, what these imply, and what its other columns say.

    Parameters
    ----------
    row
        Of the table of medicines.
    implied
        Class to all classes that it belongs to.
    """
    tags = set(words(row["classes"]))
    for tag in words(row["classes"]):
        tags |= implied.get(tag, _NONE)
    for column, kind in _ENZYME_COLUMNS:
        for word in words(row[column]):
            enzyme, _, degree = word.partition(":")
            tags.add(f"{enzyme}_{kind}")
            if degree:
                tags.add(f"{enzyme}_{kind}_{degree}")
    if row["qt"]:
        tags.add(f"qt_{row['qt']}")
        if row["qt"] in ("known", "possible"):
            tags.add("qt_prolonging")
    if row["sedation"] and tags.isdisjoint(_OPIOID):
        tags.add("sedating")  # opioids have rules of their own
    if row["serotonin"]:
        tags.add("serotonergic")
    if row["liver"] in ("well", "likely"):
        tags.add("hepatotoxic")
    return frozenset(tags)


def closure(implied: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Class to all classes that it belongs to, directly or through others."""
    found = {}
    for tag in implied:
        todo, reached = [tag], set[str]()
        while todo:
            for more in implied.get(todo.pop(), ()):
                if more not in reached:
                    reached.add(more)
                    todo.append(more)
        found[tag] = frozenset(reached)
    return found


class Medicines:
    """All medicines of a library, found by name, synonym, form or combination.

    Parameters
    ----------
    rows
        The table of medicines.
    classes
        The table of classes.
    lingers_d
        Days after the last dose in which a medicine matters, where its row does not say.
    """

    def __init__(self, rows: tuple[Row, ...], classes: tuple[Row, ...], lingers_d: float) -> None:
        self._rows = {row["id"]: row for row in rows}
        self._names = {_plain(row["id"]): row["id"] for row in rows}
        for row in rows:
            for synonym in words(row["synonyms"]):
                self._names.setdefault(_plain(synonym), row["id"])
        self.implied = closure({row["id"]: words(row["implies"]) for row in classes if row["implies"]})
        self.class_titles = {row["id"]: row["title"] for row in classes}
        self._lingers_d = lingers_d
        self._known: dict[str, Medicine] = {}
        self._counts: Counter[str] = Counter()

    def __getitem__(self, name: str) -> Medicine:
        if name not in self._known:
            row = self._rows[name]
            self._known[name] = Medicine(
                name=name,
                synonyms=words(row["synonyms"]),
                tags=tags_of(row, self.implied),
                qt=row["qt"],
                sedation=int(row["sedation"] or 0),
                serotonin=int(row["serotonin"] or 0),
                lingers_d=float(row["lingers_d"] or self._lingers_d),
                row=row,
            )
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    @property
    def names(self) -> tuple[str, ...]:
        """All names and synonyms, for suggestions."""
        return tuple(self._names)

    def find(self, written: str) -> tuple[Medicine, ...]:
        """The medicines that a name means: one, several for a combination, none when it is not known.

        ``sertraline_tablet`` is sertraline, ``paracetamol_codeine`` is both.
        """
        return tuple(self[name] for name in _names_in(_plain(written), self._names))

    def count(self, tag: str) -> int:
        """How many medicines have a tag: the fewer, the more a rule about it says."""
        if not self._counts:
            for row in self._rows.values():
                self._counts.update(tags_of(row, self.implied))
        return self._counts[tag]


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_").replace("'", "")


def _names_in(name: str, known: Mapping[str, str]) -> tuple[str, ...]:
    if name in known:
        return (known[name],)
    parts = name.split("_")
    while len(parts) > 1 and parts[0] in FORMS:
        parts = parts[1:]
        if "_".join(parts) in known:
            return (known["_".join(parts)],)
    for end in range(len(parts) - 1, 0, -1):
        head = "_".join(parts[:end])
        rest = parts[end:]
        if head not in known:
            continue
        if all(word in FORMS or word.isdigit() for word in rest):
            return (known[head],)
        if others := _names_in("_".join(rest), known):
            return tuple(dict.fromkeys((known[head], *others)))
    return ()
