"""Studies in memory, and a compound whose curves have a closed form."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from ebbtide.library import Library, load_library
from ebbtide.validation.read import parse_study
from ebbtide.validation.result import ResultRow, StudyResult
from ebbtide.validation.run import run_study

ROOT = Path(__file__).parents[2]
PEOPLE = 64
CLEARANCE, VOLUME = 7.0, 35.0  # L/h and L at 70 kg: a half-life of 3.47 h
MOLAR_MASS = 400.0

COMPOUND = """
name = "testanol"
title = "Testanol"
molar_mass = { value = 400, unit = "g/mol", source = "GeneralKnowledge", basis = "measured" }
[disposition]
volume = { value = 35, unit = "L", source = "GeneralKnowledge", basis = "measured" }
clearance = { value = 7, unit = "L/h", source = "GeneralKnowledge", basis = "measured" }
[pathways]
cyp2d6 = { value = 1, unit = "dimensionless", source = "GeneralKnowledge", basis = "measured" }
[absorption.intravenous]
bioavailability = { value = 1, unit = "dimensionless", source = "GeneralKnowledge", basis = "measured" }
"""
PRODUCT = """
name = "testanol_injection"
title = "Testanol injection"
route = "intravenous"
active = "testanol"
[[contents]]
compound = "testanol"
amount = { value = 1, unit = "dimensionless", source = "GeneralKnowledge", basis = "measured" }
"""


NUMBER = '{{ value = {}, unit = "{}", source = "GeneralKnowledge", basis = "measured" }}'
DEEP_VOLUME, DEEP_FLOW, RENAL = 60.0, 9.0, 0.4
"""Of deepanol: testanol with a second compartment, cleared by kidneys and CYP1A2."""


def library_with_testanol(folder: Path) -> Library:
    (folder / "compounds").mkdir(parents=True)
    (folder / "products").mkdir()
    second = (
        COMPOUND.replace("testanol", "deepanol")
        .replace("Testanol", "Deepanol")
        .replace(
            "[pathways]\ncyp2d6 = " + NUMBER.format(1, "dimensionless"),
            "[[disposition.peripherals]]\n"
            f"volume = {NUMBER.format(DEEP_VOLUME, 'L')}\nflow = {NUMBER.format(DEEP_FLOW, 'L/h')}\n"
            f"[pathways]\nrenal = {NUMBER.format(RENAL, 'dimensionless')}\n"
            f"cyp1a2 = {NUMBER.format(1 - RENAL, 'dimensionless')}",
        )
    )
    (folder / "compounds" / "testanol.toml").write_text(COMPOUND)
    (folder / "compounds" / "deepanol.toml").write_text(second)
    (folder / "products" / "testanol_injection.toml").write_text(PRODUCT)
    (folder / "products" / "deepanol_injection.toml").write_text(
        PRODUCT.replace("testanol", "deepanol").replace("Testanol", "Deepanol")
    )
    return load_library([folder])


def dose(amount: Any = "14 mg", at: Any = "0 h", **more: Any) -> dict[str, Any]:
    given = {"product": "testanol_injection", "amount": amount, "at": at, **more}
    return {key: value for key, value in given.items() if value is not None}


def held(quantity: str, value: Any, product: str = "testanol_injection", **more: Any) -> dict[str, Any]:
    given = {"product": product, "target": {"quantity": quantity, "value": value}, "at": "0 h", "over": "6 h"}
    return {key: value for key, value in (given | more).items() if value is not None}


def seen(statistic: str, quantity: str = "plasma.testanol", value: Any = 1.0, **more: Any) -> dict[str, Any]:
    return {"quantity": quantity, "statistic": statistic, "value": value, **more}


def study(*arms: dict[str, Any], population: Any = None, **head: Any) -> dict[str, Any]:
    head = {"id": "made-up", "source": "nobody", **head}
    return deepcopy({"study": head, "population": population or {"weight_kg": 70}, "arms": list(arms)})


def arm(*doses: dict[str, Any], observed: Any = (), name: str = "A", **more: Any) -> dict[str, Any]:
    return {"name": name, "doses": list(doses), "observed": list(observed), **more}


def run(raw: dict[str, Any], library: Library, people: int = PEOPLE) -> StudyResult:
    return run_study(parse_study(raw, "made-up.toml"), library, people)


def predicted(raw: dict[str, Any], library: Library, people: int = PEOPLE) -> list[float | None]:
    return [row.predicted for row in rows(raw, library, people)]


def rows(raw: dict[str, Any], library: Library, people: int = PEOPLE) -> tuple[ResultRow, ...]:
    result = run(raw, library, people)
    assert result.not_run == ""
    return result.rows
