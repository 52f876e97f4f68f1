"""What a compound file says, in whatever spelling, before it is known which compartments there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ebbtide.case.telling import shown, shown_key
from ebbtide.library import InputError, nearest_name

from . import spelling
from .absorption import read_absorption
from .covariates import Relation, read_allometry, read_for, read_relations
from .quantities import is_quantity, read_number

UNITS = {"CL": "L/h", "V": "L", "KA": "1/h", "Q": "L/h", "VP": "L"}
ITEM_UNITS = {"fraction": "dimensionless", "lag": "h", "duration": "h", "rate": ""}
MAY_BE_ZERO = ("CL", "Q")
MOST_PERIPHERALS = 3
_DESCRIPTIVE = {
    *("name", "title", "description", "note", "notes", "known", "source", "sources", "citation", "synonyms"),
    *("classes", "id", "version", "unit", "units", "amountunit", "doseunit", "molarmass", "unboundfraction"),
    *("bloodtoplasma", "pathways", "metabolites", "effectsiterate", "receptors", "enzymes", "actions"),
    "slopes",
}
"""Keys that change nothing here; most of them are those of the library's own files."""
_SECTIONS = {
    *("compound", "parameters", "parameter", "params", "param", "pk", "typical", "typicalvalues"),
    *("disposition", "kinetics"),
}
_OWN_PARAMETERS = {
    "DEPOT": {"KA": "KA"},
    "CENTRAL": {"CL": "CL", "V": "V"},
    **{
        role: {"V": f"VP{i}", "VP1": f"VP{i}", "Q1": f"Q{i}"}
        for i, role in enumerate(("PERIPHERAL", "PERIPHERAL2", "PERIPHERAL3"), 1)
    },
}
"""What a table of one compartment may call by a plain name."""

Item = tuple[str, int]
"""A field of :class:`ebbtide.engine.events.Entry` and a compartment."""


class FileContent:
    """Gathers the tables of a file; :meth:`structure` then tells which compartments they make."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.name = ""
        self.values: dict[str, tuple[object, str]] = {}
        self.peripherals: list[tuple[tuple[object, str], tuple[object, str]]] = []
        self.entries: list[tuple[str, str, object, str]] = []
        """Item, compartment as written (empty for that of oral doses), value, place."""
        self.relations: list[Relation] = []
        self.given_names: list[tuple[str, str, str]] = []
        """Compartment as written or its number, the name it gets, place."""

    def collect(self, table: Mapping[str, Any], where: str, *, top: bool = False) -> None:
        """Take in one table and the tables inside it; ``top`` for the file itself."""
        for key, value in table.items():
            place = f"{where}: {shown_key(key)}" if top else f"{where}.{shown_key(key)}"
            plain = spelling.squeezed(key)
            if plain in _DESCRIPTIVE:
                if plain == "name" and isinstance(value, str):
                    self.name = value
            elif plain in ("covariates", "covariate", "covariaterelations", "relations"):
                self.relations += read_relations(value, place)
            elif plain in ("allometry", "allometric", "allometricscaling"):
                self.relations += read_allometry(value, place)
            elif plain in _SECTIONS and isinstance(value, dict):
                self.collect(value, place)
            elif plain == "absorption" and isinstance(value, dict):
                self.collect(read_absorption(value, table.get("route"), place), place)
            elif plain == "route" and top:
                continue
            elif plain in ("compartments", "compartment"):
                self._compartments(value, place)
            elif plain in ("peripherals", "peripheral"):
                self._peripherals(value, place)
            elif plain == "saturation":
                raise InputError(
                    "saturable kinetics are not linear: this command cannot run them", where=place
                )
            else:
                self._number(key, value, place)

    def _number(self, key: str, value: object, where: str) -> None:
        name = spelling.parameter(key)
        item = spelling.entry_item(key)
        if name is not None:
            self._parameter(name, value, where)
        elif item is None:
            allowed = [*spelling.KNOWN, "parameters", "covariates", "compartments", "peripherals"]
            raise _unknown_key(key, where, allowed)
        elif isinstance(value, dict) and not is_quantity(value):
            for inner, each in value.items():
                self.entries.append((item[0], inner, each, f"{where}.{shown_key(inner)}"))
        else:
            self.entries.append((*item, value, where))

    def _parameter(self, name: str, value: object, where: str) -> None:
        if name in self.values:
            raise InputError(
                f"{name} is given twice", where=where, value=shown(value), allowed=self.values[name][1]
            )
        self.values[name] = value, where
        for key, inner in value.items() if isinstance(value, dict) else ():
            if spelling.squeezed(key) in ("covariates", "covariate"):
                self.relations += read_for(name, inner, f"{where}.{key}")

    def _compartments(self, raw: object, where: str) -> None:
        if isinstance(raw, list):
            raw = {str(number): each for number, each in enumerate(raw, 1)}
        if not isinstance(raw, dict):
            raise InputError("a table or a list of names is needed", where=where, value=shown(raw))
        for key, table in raw.items():
            place = f"{where}.{shown_key(key)}"
            if isinstance(table, str):
                table = {"name": table}
            if not isinstance(table, dict):
                raise InputError("a table is needed", where=place, value=shown(table), allowed="{ F = 1 }")
            own = _OWN_PARAMETERS.get(spelling.compartment(key) or "", {})
            for inner, value in table.items():
                inside = f"{place}.{shown_key(inner)}"
                item = spelling.entry_item(inner)
                name = own.get(spelling.parameter(inner) or "")
                if spelling.squeezed(inner) == "name" and isinstance(value, str):
                    self.given_names.append((key, value, place))
                elif name is not None:
                    self._parameter(name, value, inside)
                elif item is not None and not item[1]:
                    self.entries.append((item[0], key, value, inside))
                else:
                    raise _unknown_key(inner, inside, ["F", "ALAG", "D", "R", "name", *own])

    def _peripherals(self, raw: object, where: str) -> None:
        for index, table in enumerate(raw if isinstance(raw, list) else [raw]):
            place = f"{where}[{index}]"
            found: dict[str, tuple[object, str]] = {}
            for key, value in table.items() if isinstance(table, dict) else ():
                name = {"V": "VP", "VP1": "VP", "Q1": "Q", "CL": "Q"}.get(spelling.parameter(key) or "", "")
                if name:
                    found[name] = value, f"{place}.{shown_key(key)}"
                elif spelling.squeezed(key) not in _DESCRIPTIVE:
                    raise _unknown_key(key, f"{place}.{shown_key(key)}", ["volume", "flow"])
            if len(found) != 2:
                raise InputError(
                    "a volume and a flow are needed",
                    where=place,
                    allowed='{ volume = "50 L", flow = "10 L/h" }',
                )
            self.peripherals.append((found["VP"], found["Q"]))

    def structure(self) -> tuple[dict[str, float], dict[str, str]]:
        """Typical values by their final names, and the final name of each name that was written."""
        final: dict[str, str] = {name: name for name in ("CL", "V", "KA") if name in self.values}
        volumes = [name for name in ("V2", "V3", "V4") if name in self.values]
        if "V" not in final and volumes:  # the numbering of ADVAN4 and ADVAN12
            final[volumes.pop(0)] = "V"
        own = [name for name in ("VP1", "VP2", "VP3") if name in self.values]
        flows = [name for name in ("Q1", "Q2", "Q3", "Q4") if name in self.values]
        final |= {name: f"VP{i}" for i, name in enumerate(own or volumes, 1)}
        final |= {name: f"Q{i}" for i, name in enumerate(flows, 1)}
        given = {final[name]: each for name, each in self.values.items() if name in final}
        if (own and volumes) or ((own or volumes or flows) and self.peripherals):
            raise InputError("peripheral volumes are given in two ways", where=self.where)
        for i, (volume, flow) in enumerate(self.peripherals, 1):
            given[f"VP{i}"], given[f"Q{i}"] = volume, flow
            final |= {f"VP{i}": f"VP{i}", f"Q{i}": f"Q{i}"}
        for name, example in (("CL", 'CL = "10 L/h"'), ("V", 'V = "50 L"')):
            if name not in given:
                raise InputError(f"{name} is missing", where=self.where, allowed=example)
        counts = [sum(name.startswith(kind) for name in given) for kind in ("VP", "Q")]
        if counts[0] != counts[1] or counts[0] > MOST_PERIPHERALS:
            raise InputError(
                f"{counts[0]} peripheral volumes and {counts[1]} flows to them",
                where=self.where,
                allowed=f"as many of each, at most {MOST_PERIPHERALS}: Q and VP, Q2 and VP2",
            )
        return {name: _positive(name, *each) for name, each in given.items()}, final

    def names(self, roles: Sequence[str]) -> tuple[str, ...]:
        """What the compartments are called."""
        several = sum(role.startswith("PERIPHERAL") for role in roles) > 1
        names = [f"{role}1" if several and role == "PERIPHERAL" else role for role in roles]
        for text, name, where in self.given_names:
            names[self._compartment(text, names, roles, where)] = name
        for name in names:
            if not name.replace("_", "a").isalnum() or not name.isascii() or name[0].isdecimal():
                raise InputError(
                    "not a name",
                    where=f"{self.where}: compartments",
                    value=shown(name),
                    allowed="letters, digits, _",
                )
        if len({name.casefold() for name in [*names, "ID", "TIME", "CP"]}) < len(names) + 3:
            raise InputError(
                "two columns of the results would have one name",
                where=f"{self.where}: compartments",
                value=", ".join(map(str, map(shown, names))),
            )
        return tuple(names)

    def _compartment(self, text: str, names: Sequence[str], roles: Sequence[str], where: str) -> int:
        found = spelling.find_compartment(text, names, roles)
        if found is None:
            allowed = [f"{number} or {name}" for number, name in enumerate(names, 1)]
            raise InputError(
                "no such compartment",
                where=where,
                value=shown(text),
                allowed=", ".join(allowed),
                nearest=nearest_name(text, names),
            )
        return found

    def resolved_entries(
        self, names: Sequence[str], roles: Sequence[str]
    ) -> Iterator[tuple[Item, float | str]]:
        """How doses enter, by item and place of the compartment; without one it is that of oral doses."""
        seen: dict[Item, str] = {}
        for item, text, value, where in self.entries:
            place = self._compartment(text, names, roles, where) if text else 0
            if (item, place) in seen:
                raise InputError("is given twice", where=where, value=shown(value), allowed=seen[item, place])
            seen[item, place] = where
            yield (item, place), _number_or_column(item, value, where)


def _unknown_key(key: str, where: str, allowed: Sequence[str]) -> InputError:
    return InputError(
        "unknown key", where=where, allowed=", ".join(allowed), nearest=nearest_name(key, allowed)
    )


def _positive(name: str, value: object, where: str) -> float:
    kind = name.rstrip("123")
    number = read_number(value, UNITS[kind], where)
    if number < 0.0 or (number == 0.0 and kind not in MAY_BE_ZERO):
        raise InputError(
            f"{name} must be {'0 or more' if kind in MAY_BE_ZERO else 'more than 0'}",
            where=where,
            value=shown(value),
        )
    return number


def _number_or_column(item: str, value: object, where: str) -> float | str:
    if isinstance(value, dict) and set(map(spelling.squeezed, value)) == {"column"}:
        [value] = value.values()
        if not isinstance(value, str):
            raise InputError("the name of a column is needed", where=where, value=shown(value))
        return value
    if isinstance(value, str) and value.strip()[:1].isalpha():
        return value.strip()
    number = read_number(value, ITEM_UNITS[item], where)
    if number < 0.0 or (number == 0.0 and item in ("duration", "rate")):
        raise InputError(
            "impossible value", where=where, value=shown(value), allowed="a number that is not negative"
        )
    return number
