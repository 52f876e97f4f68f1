"""A small library of known numbers, so that these tests do not move when the shipped one improves."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from ebbtide.case import Case, parse_case
from ebbtide.library import Compound, InputError, Library, Product, Scale, load_library


def number(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "test", "basis": "assumption"}


def compound(
    name: str, molar_mass: float, *routes: str, kinetics: bool = True, synonyms: tuple[str, ...] = ()
) -> Compound:
    known = {
        "disposition": {"volume": number(100, "L"), "clearance": number(10, "L/h")},
        "absorption": {route: {"bioavailability": number(0.5, "dimensionless")} for route in routes},
    }
    return Compound.model_validate(
        {
            "name": name,
            "title": name.capitalize(),
            "synonyms": synonyms,
            "molar_mass": number(molar_mass, "g/mol"),
            **(known if kinetics else {}),
        }
    )


def product(
    name: str, route: str, active: str, contents: dict[str, tuple[float, str]], **more: Any
) -> Product:
    return Product.model_validate(
        {
            "name": name,
            "title": name.replace("_", " "),
            "route": route,
            "active": active,
            "contents": [{"compound": c, "amount": number(*amount)} for c, amount in contents.items()],
            **more,
        }
    )


def scale(name: str, bands: list[tuple[int, int]], items: dict[str, tuple[int, ...]]) -> Scale:
    return Scale.model_validate(
        {
            "name": name,
            "title": name,
            "quantity": name.lower(),
            "rater": "patient",
            "source": "test",
            "bands": tuple({"low": low, "high": high, "name": f"{low}-{high}"} for low, high in bands),
            "items": tuple(
                {"key": k, "maximum": max(scores), "allowed": scores, "symptoms": {k: 1.0}}
                for k, scores in items.items()
            ),
        }
    )


COMPOUNDS = [
    compound("mitragynine", 398.5, "oral"),
    compound("speciogynine", 398.5, kinetics=False),
    compound("7-hydroxymitragynine", 414.5, "oral", synonyms=("7-OH",)),
    compound("methadone", 309.4, "oral"),
    compound("buprenorphine", 467.6, "sublingual", "intravenous"),
    compound("naloxone", 327.4, "sublingual", "intravenous", "intranasal"),
    compound("morphine", 285.3, "oral"),
    compound("magnesium", 24.305, kinetics=False),
    compound("melatonin", 232.28, "oral", "sublingual"),
]
PRODUCTS = [
    product(
        "leaf",
        "oral",
        "mitragynine",
        {"mitragynine": (19.48, "mg/g"), "speciogynine": (2.0, "mg/g")},
        amount_is_product=True,
    ),
    product("tea", "oral", "mitragynine", {"mitragynine": (0.263, "mg/mL")}, amount_is_product=True),
    product(
        "methadone_tablet",
        "oral",
        "methadone",
        {"methadone": (0.8946, "dimensionless")},
        synonyms=("methadone",),
    ),
    product(
        "film",
        "sublingual",
        "buprenorphine",
        {"buprenorphine": (8, "mg/film"), "naloxone": (2, "mg/film")},
        other_routes=("intravenous", "oral"),
    ),
    product("morphine_syrup", "oral", "morphine", {"morphine": (2, "mg/mL")}),
    product(
        "melatonin_spray", "sublingual", "melatonin", {"melatonin": (1, "mg/spray")}, other_routes=("oral",)
    ),
    product("magnesium_oxide", "oral", "magnesium", {"magnesium": (60.3, "percent")}),
]
SCALES = [
    scale("COWS", [(5, 12), (13, 24), (25, 36), (37, 48)], {f"item{i}": (0, 1, 2, 4) for i in range(12)}),
    scale("SHORT", [], {"sick": (0, 1, 2, 3), "cramps": (0, 1, 2, 3)}),
]


@pytest.fixture(scope="session")
def library() -> Library:
    return replace(
        load_library(),
        compounds=MappingProxyType({c.name: c for c in COMPOUNDS}),
        products=MappingProxyType({p.name: p for p in PRODUCTS}),
        scales=MappingProxyType({s.name: s for s in SCALES}),
    )


@pytest.fixture
def read(library: Library) -> Callable[..., Case]:
    """A case of 14 days in Berlin from its other tables; ``case`` changes keys of ``[case]``."""

    def parse(case: dict[str, Any] | None = None, **tables: Any) -> Case:
        frame = {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "14 d"}
        return parse_case({"case": {**frame, **(case or {})}, **tables}, library, "case.toml")

    return parse


def refusal(call: Callable[[], object]) -> str | None:
    """What the refusal says, or None when the call went well; any other error is raised."""
    try:
        call()
    except InputError as error:
        return str(error)
    return None
