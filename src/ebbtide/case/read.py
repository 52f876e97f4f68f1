"""From a case file to a :class:`~ebbtide.case.model.Case`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ebbtide.library import InputError, Library, unknown_name

from .checking import checked
from .doses import LONGEST_CASE_H, LONGEST_USE_H, DoseReader
from .model import Alternative, Case, CaseProduct, Intake, Observation, Person
from .observations import read_observation
from .products import not_assayed, read_product
from .quantities import read_hours
from .regimen import SAME_INSTANT_H
from .schema import RawAlternative, RawCase, RawFile, RawObservation, RawPerson, RawProduct
from .telling import shown
from .times import Clock, read_instant, read_zone
from .toml_files import read_toml
from .vocabulary import CONDITION_SYNONYMS, CONDITIONS

_JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def read_case(path: str | Path, library: Library) -> Case:
    """Read and check a case file.

    Raises
    ------
    InputError
        When the file cannot be read or used; the message names file, key, value and what is allowed.
    """
    folder = Path(path).parent
    return replace(parse_case(read_toml(path), library, str(path), folder), path=str(path))


def parse_case(raw: Mapping[str, Any], library: Library, where: str, folder: Path | None = None) -> Case:
    """Check a case that is already in memory, e.g. a parsed TOML text or an arm of a study.

    Parameters
    ----------
    raw
        The tables of a case file; instants may be text or datetimes.
    library
        For products, compounds and scales.
    where
        The file, for errors.
    folder
        Where the case's other files are found (certificates of products); None when there are none.

    Raises
    ------
    InputError
        For the first thing that is wrong.
    """
    file = checked(RawFile, raw, where)
    clock, duration_h, notes = _read_frame(file.case, f"{where}: case")
    person = _read_person(file.person, f"{where}: person")
    products = _read_products(file.products, library, where, folder)
    reader = DoseReader(library, products, clock, duration_h, person.weight_kg)

    history = tuple(reader.history(h, where, f"history[{i}]") for i, h in enumerate(file.history))
    doses = reader.doses(file.doses, where, "doses")
    supports = tuple(reader.support(s, f"{where}: supports[{i}]") for i, s in enumerate(file.supports))
    alternatives = _read_alternatives(file.alternatives, reader, where)
    observations = _read_observations(file.observations, clock, duration_h, library, where)

    taken = [*history, *doses, *(dose for other in alternatives for dose in other.doses)]
    for lot in products.values():
        if missing := not_assayed(lot, library):
            notes.append(f"{lot.id}: not assayed: {', '.join(missing)}")
    notes.extend(_without_kinetics(taken, reader))
    return Case(
        id=file.case.id,
        title=file.case.title or file.case.id,
        start=clock.start,
        zone=file.case.zone,
        duration_h=duration_h,
        person=person,
        history=history,
        doses=doses,
        alternatives=alternatives,
        supports=supports,
        observations=observations,
        products=products,
        unknown_products=tuple(sorted({intake.product for intake in taken if not intake.simulated})),
        notes=tuple(notes),
        path="",
    )


def _read_frame(raw: RawCase, where: str) -> tuple[Clock, float, list[str]]:
    """The clock of the case, its length (h), and what to note about them."""
    start, notes = read_instant(raw.start, f"{where}.start"), []
    if raw.zone is not None:
        local = start.astimezone(read_zone(raw.zone, f"{where}.zone"))
        if local.utcoffset() != start.utcoffset():
            notes.append(
                f"start is {local:%Y-%m-%d %H:%M} in {raw.zone}: its offset is not the one of the zone"
            )
        start = local
    duration_h = read_hours(raw.duration, f"{where}.duration", '"14 d"')
    if not 1 <= duration_h <= LONGEST_CASE_H:
        raise InputError(
            "impossible duration",
            where=f"{where}.duration",
            value=shown(raw.duration),
            allowed="1 h to 400 d",
        )
    return Clock(start), duration_h, notes


def _read_person(raw: RawPerson, where: str) -> Person:
    conditions = [CONDITION_SYNONYMS.get(condition, condition) for condition in raw.conditions]
    for condition in conditions:
        if condition not in CONDITIONS:
            known = [*CONDITIONS, *CONDITION_SYNONYMS]
            raise unknown_name("condition", condition, known, f"{where}.conditions")
    if raw.jurisdiction is not None and not _JURISDICTION.fullmatch(raw.jurisdiction):
        raise InputError(
            "not a country or region code",
            where=f"{where}.jurisdiction",
            value=raw.jurisdiction,
            allowed='ISO 3166-1 or -2, e.g. "DE" or "US-AL"',
        )
    traits = raw.model_dump(exclude={"conditions"})
    return Person(**traits, conditions=tuple(dict.fromkeys(conditions)))


def _read_products(
    raw: Iterable[RawProduct], library: Library, where: str, folder: Path | None
) -> dict[str, CaseProduct]:
    products: dict[str, CaseProduct] = {}
    for index, entry in enumerate(raw):
        if entry.id in products:
            raise InputError("the id is used twice", where=f"{where}: products[{index}].id", value=entry.id)
        products[entry.id] = read_product(entry, library, f"{where}: products[{index}]", folder)
    return products


def _read_alternatives(
    raw: Iterable[RawAlternative], reader: DoseReader, where: str
) -> tuple[Alternative, ...]:
    alternatives: dict[str, Alternative] = {}
    for index, entry in enumerate(raw):
        label = f"alternatives[{index}]"
        if entry.id in alternatives:
            raise InputError("the id is used twice", where=f"{where}: {label}.id", value=entry.id)
        alternatives[entry.id] = Alternative(
            id=entry.id,
            title=entry.title or entry.id,
            doses=reader.doses(entry.doses, where, f"{label}.doses"),
            supports=tuple(
                reader.support(support, f"{where}: {label}.supports[{i}]")
                for i, support in enumerate(entry.supports)
            ),
        )
    return tuple(alternatives.values())


def _read_observations(
    raw: Iterable[RawObservation], clock: Clock, duration_h: float, library: Library, where: str
) -> tuple[Observation, ...]:
    observations = []
    for index, entry in enumerate(raw):
        place = f"{where}: observations[{index}]"
        time_h = clock.read(entry.at, f"{place}.at").time_h
        if time_h < -LONGEST_USE_H:
            raise InputError("an observation is too long ago", where=f"{place}.at", value=shown(entry.at))
        if time_h > duration_h + SAME_INSTANT_H:
            raise InputError(
                "an observation is after the end of the case",
                where=f"{place}.at",
                value=shown(entry.at),
                allowed=f"up to {duration_h:g} h",
            )
        observations.append(read_observation(entry, time_h, library, place))
    return tuple(sorted(observations, key=lambda observation: observation.time_h))


def _without_kinetics(taken: Iterable[Intake], reader: DoseReader) -> list[str]:
    """Notes about compounds that are left out of products that are otherwise simulated."""
    notes = []
    for name in sorted({intake.product for intake in taken if intake.simulated}):
        missing = [c.name for c in reader.compounds(name) if c.disposition is None]
        if missing:
            notes.append(f"{name}: not simulated: {', '.join(missing)}")
    return notes
