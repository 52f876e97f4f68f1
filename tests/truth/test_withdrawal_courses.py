"""Withdrawal as it is described: onset, peak, end, precipitation and relief.

Sources (keys of the library): short-acting opioids begin after 8-24 h and last 4-10 d, long-acting after
12-48 h and last 10-20 d (WHO2009); heroin peaks at 36-72 h, methadone at 72-96 h (ReferenceMedscape) or on
days 3-8 (NADCP_MOUD); morphine 120 mg a day stopped after 9 days peaks on day 2 and is over by day 7
(Tompkins2014); naloxone acts within minutes and for 30-60 min (ElsevierOverview), a rise of 6 on COWS matters
(Dunn2023); buprenorphine stopped after 36 days at 8 mg is mild and peaks on days 3-5 (Fudala1990).
The model's numbers were set with these courses (docs/model.md): the tests keep them true, no more.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Course = Callable[..., list[dict[str, Any]]]
FILM = "buprenorphine_naloxone_film"


def heroin(amount: str) -> dict[str, str]:
    return {
        "product": "heroin_smoked",
        "amount": amount,
        "every": "6 h",
        "for": "900 d",
        "last": "0 h before start",
    }


METHADONE = {
    "product": "methadone_liquid",
    "amount": "80 mg",
    "every": "24 h",
    "for": "900 d",
    "last": "0 h before start",
}
MORPHINE = {
    "product": "morphine_injection",
    "route": "intramuscular",
    "amount": "30 mg",
    "every": "6 h",
    "for": "9 d",
    "last": "0 h before start",
}
FENTANYL = {
    "product": "fentanyl_smoked",
    "amount": "2 mg",
    "every": "4 h",
    "for": "700 d",
    "last": "0 h before start",
}


def onset(run: dict[str, Any], level: float = 5.0) -> float:
    """First hour with COWS at ``level``."""
    above = np.flatnonzero(run["cows"] >= level)
    return float(run["t"][above[0]]) if len(above) else np.inf


def peak(run: dict[str, Any]) -> float:
    return float(run["t"][np.argmax(run["cows"])])


@pytest.mark.parametrize("amount", ["200 mg", "100 mg"])
def test_heroin_stopped_begins_by_half_a_day_peaks_on_day_2_or_3_and_is_mostly_over_by_day_10(
    course: Course, amount: str
) -> None:
    [run] = course([heroin(amount)])
    top = run["cows"].max()
    assert 8 <= onset(run) <= 12
    assert 36 <= peak(run) <= 72
    assert 13 <= top <= 36
    assert run["cows"][7 * 24] < top / 3
    assert run["cows"][10 * 24] < top / 5


def test_insomnia_and_craving_outlast_the_signs(course: Course) -> None:
    [run] = course([heroin("200 mg")])
    left = {
        name: run[name][10 * 24] / run[name].max()
        for name in ("cows", "symptom.insomnia", "symptom.low_mood")
    }
    assert left["symptom.insomnia"] > 1.5 * left["cows"]
    assert left["symptom.low_mood"] > 1.5 * left["cows"]


def test_methadone_is_later_longer_and_flatter_than_heroin(course: Course) -> None:
    [short] = course([heroin("200 mg")])
    [long] = course([METHADONE], duration="28 d")
    assert onset(long) > 2 * onset(short)
    assert 72 <= peak(long) <= 8 * 24
    assert long["cows"].max() < 0.6 * short["cows"].max()
    half_over = {}
    for name, run in (("short", short), ("long", long)):
        half_over[name] = float((run["cows"] >= run["cows"].max() / 2).sum())
    assert half_over["long"] > 1.5 * half_over["short"]


def test_morphine_stopped_after_nine_days_peaks_on_day_2_and_is_over_by_day_7(course: Course) -> None:
    [run] = course([MORPHINE], duration="9 d")
    assert 24 <= peak(run) <= 48
    assert run["cows"][7 * 24] < run["cows"].max() / 5


@pytest.mark.parametrize("route", ["intramuscular", "intravenous"])
def test_naloxone_raises_cows_within_half_an_hour_and_wears_off(course: Course, route: str) -> None:
    naloxone = {"product": "naloxone_injection", "amount": "0.4 mg", "route": route, "at": "3 h"}
    plain, given = course([MORPHINE], [[naloxone]], duration="8 h", step_h=0.1)
    rise = given["cows"] - plain["cows"]
    after = given["t"] - 3.0
    assert rise[(after > 0) & (after <= 0.5)].max() > 4
    assert rise.max() >= 6
    assert rise[after >= 3].max() < rise.max() / 3


def test_buprenorphine_two_hours_after_fentanyl_worsens_and_after_clear_withdrawal_relieves(
    course: Course,
) -> None:
    [untreated] = course([FENTANYL], duration="3 d")
    clear = onset(untreated, 13.0)
    dose = {"product": FILM, "amount": "8 mg"}
    plain, early, late = course(
        [FENTANYL], [[dose | {"at": "2 h"}], [dose | {"at": f"{clear:g} h"}]], duration="3 d"
    )
    soon = (plain["t"] >= 3) & (plain["t"] <= 8)
    assert (early["cows"] - plain["cows"])[soon].max() > 3
    assert early["cows"][soon].max() > 2 * plain["cows"][4]
    at = int(np.searchsorted(plain["t"], clear))
    assert late["cows"][at] >= 12.9
    lowest = at + int(np.argmin(late["cows"][at : at + 9]))
    assert late["cows"][lowest] < 0.85 * late["cows"][at]
    assert late["cows"][lowest] < 0.75 * plain["cows"][lowest]


def test_buprenorphine_stopped_is_mild_and_late(course: Course) -> None:
    use = {"product": FILM, "amount": "8 mg", "every": "24 h", "for": "36 d", "last": "0 h before start"}
    [run] = course([use])
    assert 3 <= peak(run) / 24 <= 5.5
    assert run["cows"].max() < 13


def test_a_full_agonist_under_buprenorphine_is_blocked(course: Course) -> None:
    use = {"product": FILM, "amount": "24 mg", "every": "24 h", "for": "36 d", "last": "2 h before start"}
    heroin_now = [{"product": "heroin_injected", "amount": "20 mg", "at": "1 h"}]
    plain, blocked = course([use], [heroin_now], duration="6 h", step_h=0.1)
    _, naive = course([], [heroin_now], duration="6 h", step_h=0.1)
    fall = (plain["ventilation"] - blocked["ventilation"]).max()
    assert fall < 0.5 * (1.0 - naive["ventilation"].min())
