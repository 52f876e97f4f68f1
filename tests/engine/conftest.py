"""Cases and people for the engine's tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from ebbtide.case import Case, parse_case
from ebbtide.engine.people import People, compose, make_people
from ebbtide.engine.plan import arms_of
from ebbtide.engine.regimen import Regimen, build_regimen, inputs_of
from ebbtide.library import Library, load_library
from ebbtide.population import TYPICAL, Spread, draw_traits

START = "2026-03-02T08:00:00+00:00"
PERSON = {"weight_kg": 70, "child_pugh": "none", "egfr": 100, "cyp2d6": "normal"}
HEROIN = {
    "product": "heroin_smoked",
    "amount": "200 mg",
    "every": "6 h",
    "for": "900 d",
    "last": "0 h before start",
}
FILM = "buprenorphine_naloxone_film"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def make_case(library: Library) -> Callable[..., Case]:
    def make(
        history: Sequence[Mapping[str, Any]] = (),
        doses: Sequence[Mapping[str, Any]] = (),
        alternatives: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        duration: str = "14 d",
        **more: Any,
    ) -> Case:
        raw = {
            "case": {"id": "test", "start": START, "duration": duration},
            "person": PERSON,
            "history": list(history),
            "doses": list(doses),
            "alternatives": [{"id": k, "doses": list(v)} for k, v in (alternatives or {}).items()],
            **more,
        }
        return parse_case(raw, library, "test.toml")

    return make


@pytest.fixture(scope="session")
def make_group(library: Library) -> Callable[..., tuple[People, Regimen]]:
    """People of a case, and its regimen."""

    def make(case: Case, count: int = 1, spread: Spread = TYPICAL) -> tuple[People, Regimen]:
        arms = arms_of(case)
        regimen = build_regimen(library, case.history, [a.doses for a in arms], [a.supports for a in arms])
        composition = compose(library, inputs_of(library, regimen.kinds))

        def group(number: int, how: Spread) -> People:
            traits = draw_traits(case.person, library, number, 1, how)
            return make_people(library, composition, regimen.kinds, case.products, traits, 1, how)

        return group(count, spread), regimen

    return make
