"""The compound file of a user: typical values, what they depend on, how doses enter each compartment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebbtide.case import read_toml
from ebbtide.library import unknown_name

from .covariates import Relation
from .reading import FileContent, Item
from .spelling import find_compartment


@dataclass(frozen=True)
class Compound:
    """One compound as the command runs it."""

    where: str
    name: str
    compartments: tuple[str, ...]
    """Names, in the order of NONMEM's numbers: depot where there is one, central, peripheral ones."""
    roles: tuple[str, ...]
    """What they are: ``DEPOT``, ``CENTRAL``, ``PERIPHERAL``, ``PERIPHERAL2``, ``PERIPHERAL3``."""
    typical: Mapping[str, float]
    """``CL``, ``V``, ``KA``, ``Q1``, ``VP1`` ... in L/h, L and 1/h."""
    relations: tuple[Relation, ...]
    entries: Mapping[Item, float | str]
    """Numbers (h where they are times), or the column of the data that holds them."""

    @property
    def has_depot(self) -> bool:
        """Whether compartment 1 is a depot."""
        return self.roles[0] == "DEPOT"

    @property
    def central(self) -> int:
        """Place of the central compartment."""
        return self.roles.index("CENTRAL")

    @property
    def peripherals(self) -> int:
        """How many peripheral compartments there are."""
        return len(self.roles) - self.central - 1

    def compartment(self, text: str) -> int | None:
        """Place of a compartment by number from 1, by name, or by what it is; ``None`` for no such."""
        return find_compartment(text, self.compartments, self.roles)


def read_compound(path: str | Path) -> Compound:
    """Read and check a compound file.

    Raises
    ------
    InputError
        When the file cannot be read or used; the message names file, key, value and what is allowed.
    """
    return parse_compound(read_toml(path), str(path))


def parse_compound(raw: Mapping[str, Any], where: str) -> Compound:
    """Like :func:`read_compound`, of tables in memory."""
    found = FileContent(where)
    found.collect(raw, where, top=True)
    typical, final = found.structure()
    peripherals = sum(name.startswith("VP") for name in typical)
    more = [f"PERIPHERAL{number}" for number in range(2, peripherals + 1)]
    roles = (
        *(["DEPOT"] if "KA" in typical else []),
        "CENTRAL",
        *(["PERIPHERAL"] if peripherals else []),
        *more,
    )
    names = found.names(roles)
    for relation in found.relations:
        if final.get(relation.parameter) is None:
            raise unknown_name("parameter", relation.parameter, final, f"{where}: covariates")
    return Compound(
        where=where,
        name=found.name or Path(where).stem,
        compartments=names,
        roles=roles,
        typical=typical,
        relations=tuple(
            Relation(str(final[r.parameter]), r.column, r.form, r.reference, r.size) for r in found.relations
        ),
        entries=dict(found.resolved_entries(names, roles)),
    )
