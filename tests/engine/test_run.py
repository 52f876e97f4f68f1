from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ebbtide.engine import run
from ebbtide.engine.run import Request, run_people
from ebbtide.population import BETWEEN_PERSON

from .conftest import HEROIN

OUTPUT = np.arange(0.0, 48.1, 2.0)


def test_results_do_not_depend_on_the_size_of_a_chunk_or_the_number_of_threads(
    make_case: Callable[..., Any], make_group: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    people, regimen = make_group(make_case(history=[HEROIN], duration="2 d"), 40, BETWEEN_PERSON)
    request = Request(48.0, OUTPUT)
    whole = run_people(people, regimen, request)[0].rows
    monkeypatch.setattr(run, "CHUNKS", (16,))
    pieces = run_people(people, regimen, request)[0].rows
    np.testing.assert_array_equal(whole, pieces)
    monkeypatch.setattr(run, "THREADS", 3)
    np.testing.assert_array_equal(whole, run_people(people, regimen, request)[0].rows)


def test_the_former_dose_hurts_breathing_more_as_tolerance_goes(
    make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    people, regimen = make_group(make_case(history=[HEROIN]))
    request = Request(336.0, np.arange(0.0, 337.0), tuple(range(14)), regimen.streams[0].kind)
    [course] = run_people(people, regimen, request)
    assert course.relapse is not None
    lowest = course.relapse[:, 0]
    assert np.all(np.diff(lowest[1:]) < 0)
    assert lowest[13] < 0.75 * lowest[1]
