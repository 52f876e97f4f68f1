"""Leaving: completion as published, and the rule on people whose contacts are known."""

import numpy as np
import pytest

from ebbtide.learning.ctn0094 import shipped_tables
from ebbtide.learning.ctn0094.staying.curves import Curves, free
from ebbtide.learning.ctn0094.staying.features import features
from ebbtide.learning.ctn0094.staying.leaving import until_leaving, until_return
from ebbtide.learning.ctn0094.staying.returns import first_randomisations

from .people import one_person


@pytest.mark.parametrize(("arm", "published"), [("Methadone", 0.74), ("Outpatient BUP", 0.46)])
def test_as_many_stay_as_hser_and_others_report(arm, published) -> None:
    """Addiction 2014;109:79-87: completion of 24 weeks in trial CTN-0027; here seven in ten of its people."""
    tables = shipped_tables()
    people = first_randomisations(tables)
    left = until_leaving(tables, people)["event"][people["arm"] == arm]
    assert 1 - left.mean() == pytest.approx(published, abs=0.03)


@pytest.mark.parametrize(
    ("urines", "days", "event"),
    [
        ([7.0 * k for k in range(1, 25)], 168, False),
        ([7.0, 14.0, 43.0], 14, True),
        ([7.0, 14.0, 42.0], 42, True),
        ([28.0 * k for k in range(1, 6)] + [160.0], 168, False),
        ([], 0, True),
        ([-3.0], 0, True),
    ],
)
def test_the_last_contact_before_a_gap_of_more_than_four_weeks(urines, days, event) -> None:
    tables = one_person("Methadone", urines, [])
    until = until_leaving(tables, first_randomisations(tables)).loc[1]
    assert (until["days"], until["event"]) == (days, event)


def test_whoever_is_never_seen_has_returned_after_four_weeks() -> None:
    tables = one_person("Methadone", [], [])
    assert until_return(tables, first_randomisations(tables)).loc[1].tolist() == [28, True]


def test_curves_never_rise_and_fall_below_those_who_stay() -> None:
    tables = shipped_tables()
    people = first_randomisations(tables).iloc[::8]
    until = until_leaving(tables, people)
    x = features(tables, people, "return-entry")
    chance = Curves().fit(x, until).predict(x)
    assert (np.diff(chance, axis=1) <= 0).all()
    assert chance.mean(axis=0) == pytest.approx(free(until).mean(axis=0), abs=0.03)
    stayed = ~until["event"].to_numpy()
    assert chance[stayed, -1].mean() > chance[~stayed, -1].mean()
