from collections.abc import Callable
from typing import Any

import pytest

from ebbtide.case import Case, Support
from ebbtide.library import InputError

from .conftest import refusal

LEAF = {"product": "leaf", "amount": "2 g"}
BERLIN = {"start": "2026-03-27T08:00:00+01:00", "zone": "Europe/Berlin", "duration": "5 d"}


def times(case: Case) -> list[float]:
    return [dose.time_h for dose in case.doses]


def test_one_dose(read: Callable[..., Case]) -> None:
    (dose,) = read(doses=[{"product": "methadone", "amount": "30 mg", "at": "day 2 09:00"}]).doses
    assert (dose.product, dose.title, dose.route) == ("methadone_tablet", "methadone tablet", "oral")
    assert (dose.time_h, dose.label, dose.amount_text, dose.simulated) == (25.0, "doses[0]", "30 mg", True)


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        ({"at": "0 h", "every": "6 h", "count": 3}, [0, 6, 12]),
        ({"at": "day 1 10:00", "every": "6 h", "until": "day 1 22:00"}, [2, 8, 14]),
        ({"at": "day 1 08:00", "every": "1 d", "count": 2}, [0, 24]),
        ({"at": "12 d", "every": "12 h"}, [288, 300, 312, 324]),
        ({"at": "14 d"}, [336]),
        ({"at": "12 d", "every": "1 d", "count": 3}, [288, 312, 336]),
    ],
)
def test_rules(read: Callable[..., Case], rule: dict[str, object], hours: list[float]) -> None:
    assert times(read(doses=[{**LEAF, **rule}])) == pytest.approx(hours)


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        ({"at": "day 1 20:00", "every": "1 d"}, [12, 36, 59, 83, 107]),
        ({"at": "day 1 20:00", "every": "24 h"}, [12, 36, 60, 84, 108]),
        ({"at": "12 h", "every": "1 d"}, [12, 36, 60, 84, 108]),
        ({"at": "day 1 20:00", "every": "36 h"}, [12, 48, 84]),
        ({"at": "day 2 02:30", "every": "1 d", "count": 3}, [18.5, 42.5, 65.5]),
    ],
)
def test_every_day_keeps_the_clock_time_over_summer_time(
    read: Callable[..., Case], rule: dict[str, object], hours: list[float]
) -> None:
    assert times(read(BERLIN, doses=[{**LEAF, **rule}])) == pytest.approx(hours)


def test_autumn(read: Callable[..., Case]) -> None:
    frame = {"start": "2026-10-24T20:00:00+02:00", "zone": "Europe/Berlin"}
    assert times(read(frame, doses=[{**LEAF, "at": "day 1 20:00", "every": "1 d", "count": 3}])) == [
        0,
        25,
        49,
    ]


def test_doses_come_in_order_of_time(read: Callable[..., Case]) -> None:
    case = read(doses=[{**LEAF, "at": "0 h", "every": "12 h", "count": 2}, {**LEAF, "at": "6 h"}])
    assert [(d.time_h, d.label) for d in case.doses] == [(0, "doses[0]"), (6, "doses[1]"), (12, "doses[0]")]


def test_too_many_events_over_several_rules(read: Callable[..., Case]) -> None:
    rule = {**LEAF, "at": "0 h", "every": "2 min"}
    assert len(read(doses=[rule]).doses) == 10_080
    with pytest.raises(InputError, match=r"^case\.toml: doses: too many events; allowed: at most 20,000"):
        read(doses=[rule, rule])


def test_history(read: Callable[..., Case]) -> None:
    use = {**LEAF, "every": "6 h", "for": "900 d", "last": "10 h before start"}
    older = {"product": "morphine_syrup", "amount": "0.2 mg/kg", "every": "1 d", "for": "1 d", "last": "0 h"}
    instant = {**use, "last": "2026-03-01T08:00:00+01:00"}
    first, second, third = read(history=[use, older, instant], person={"weight_kg": 80}).history
    assert (first.interval_h, first.duration_h, first.last_h, first.label) == (
        6.0,
        21_600.0,
        -10.0,
        "history[0]",
    )
    assert first.amounts_nmol["mitragynine"] == pytest.approx(97_766.6, rel=1e-5)
    assert (second.active_mg, second.last_h) == (pytest.approx(16.0), 0.0)
    assert third.last_h == -24.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"every": "0 h"}, r"history\[0\]\.every: impossible interval"),
        ({"for": "5 h"}, r"history\[0\]\.for: impossible length of use"),
        ({"for": "200 year"}, r"history\[0\]\.for: impossible length of use"),
        ({"last": "day 1 08:00"}, r"history\[0\]\.last: days count from the start"),
        ({"last": "2 h"}, r"history\[0\]\.last: the last dose is after the start"),
        ({"last": "500 year before start"}, r"history\[0\]\.last: the last dose is too long ago"),
        ({"lasts": "5 h"}, r"history\[0\]\.lasts: unknown key.*Did you mean .last.\?"),
    ],
)
def test_history_that_cannot_be(read: Callable[..., Case], change: dict[str, str], told: str) -> None:
    use = {**LEAF, "every": "6 h", "for": "900 d", "last": "10 h before start"}
    with pytest.raises(InputError, match=told):
        read(history=[{**use, **change}])


def test_another_route(read: Callable[..., Case]) -> None:
    film = {"product": "film", "amount": "8 mg", "at": "0 h"}
    assert read(doses=[{**film, "route": "intravenous"}]).doses[0].route == "intravenous"
    with pytest.raises(
        InputError, match=r'doses\[0\]\.route: "buprenorphine" has no absorption by this route'
    ):
        read(doses=[{**film, "route": "oral"}])
    with pytest.raises(
        InputError, match=r'doses\[0\]\.route: unknown route of "film".*allowed: intravenous, oral, subl'
    ):
        read(doses=[{**film, "route": "smoked"}])


def test_products_without_kinetics_are_listed(read: Callable[..., Case]) -> None:
    oxide = {"product": "magnesium_oxide", "amount": "400 mg", "at": "0 h"}
    case = read(doses=[{**LEAF, "at": "0 h"}], alternatives=[{"id": "with", "doses": [oxide]}])
    assert case.unknown_products == ("magnesium_oxide",)
    assert not case.alternatives[0].doses[0].simulated
    assert case.notes == ("leaf: not simulated: speciogynine",)


def test_supports(read: Callable[..., Case]) -> None:
    weekly = {"kind": "counselling", "every": "7 d"}
    later = {"kind": "exercise", "at": "day 2 08:00", "until": "day 9 08:00"}
    assert read(supports=[weekly, later]).supports == (
        Support("counselling", every_h=168.0),
        Support("exercise", time_h=24.0, until_h=192.0),
    )


@pytest.mark.parametrize(
    ("support", "told"),
    [
        ({"at": "-2 h"}, r"supports\[0\]\.at: a support is before the start"),
        ({"until": "20 d"}, r"supports\[0\]\.until: a support is after the end"),
        ({"every": "-1 d"}, r"supports\[0\]\.every: impossible interval"),
    ],
)
def test_supports_that_cannot_be(read: Callable[..., Case], support: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(supports=[{"kind": "exercise", **support}])


def test_a_medicine_known_by_name_needs_no_amount_and_is_not_simulated(read: Callable[..., Case]) -> None:
    case = read(doses=[{"product": "sertraline_tablet", "at": "day 1 09:00"}])
    (dose,) = case.doses
    assert (dose.product, dose.medicines, dose.simulated) == ("sertraline", ("sertraline",), False)
    assert (dose.amount_text, dose.active_mg, dose.route) == ("amount not given", None, "not given")
    assert case.unknown_products == ("sertraline",)


@pytest.mark.parametrize(
    ("amount", "mass_mg"),
    [("50 mg", 50.0), ("0.1 g", 100.0), ("1 tablet", None), ("1000 IU", None), ("2 mg/kg", None)],
)
def test_the_mass_of_a_medicine_known_by_name(
    read: Callable[..., Case], amount: str, mass_mg: float | None
) -> None:
    (dose,) = read(doses=[{"product": "sertraline", "amount": amount, "at": "day 1 09:00"}]).doses
    assert dose.active_mg == mass_mg


def test_a_combination_brings_both(read: Callable[..., Case]) -> None:
    (dose,) = read(doses=[{"product": "oxycodone_paracetamol", "at": "day 1 09:00"}]).doses
    assert dose.medicines == ("oxycodone", "paracetamol")
    assert dose.title == "Oxycodone and paracetamol"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "0 mg"}, "more than zero"),
        ({"route": "orl"}, 'Did you mean "oral"'),
        ({"as": "sertraline"}, "knows no compounds of it"),
        ({"product": "sertralin"}, 'Did you mean "sertraline"'),
    ],
)
def test_a_wrong_medicine_is_refused(read: Callable[..., Case], change: dict[str, Any], words: str) -> None:
    entry = {"product": "sertraline", "amount": "50 mg", "at": "day 1 09:00", **change}
    message = refusal(lambda: read(doses=[entry]))
    assert message is not None
    assert words in message


def test_a_product_with_kinetics_still_needs_its_amount(read: Callable[..., Case]) -> None:
    message = refusal(lambda: read(doses=[{"product": "leaf", "at": "day 1 09:00"}]))
    assert message is not None
    assert "doses[0].amount: key is missing" in message
