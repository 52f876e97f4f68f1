"""Groups of people of the workloads, with their equations."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from benchmarks.adapter import Group, make_group
from benchmarks.export.equations import Equations, build_equations
from benchmarks.workload import WORKLOADS

from ebbtide.library import load_library

PEOPLE = 3


@pytest.fixture(scope="session")
def exported() -> Callable[..., tuple[Group, Equations]]:
    @cache
    def make(name: str, days: float = 14) -> tuple[Group, Equations]:
        group = make_group(WORKLOADS[name].over(days), load_library(), PEOPLE)
        return group, build_equations(group)

    return make
