"""No prediction knows what came later: rows after the last known day can be anything, or not be there."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from ebbtide.learning.ctn0094 import Tables, shipped_tables
from ebbtide.learning.ctn0094.staying import predict
from ebbtide.learning.ctn0094.staying.features import features
from ebbtide.learning.ctn0094.staying.known import TASKS
from ebbtide.learning.ctn0094.staying.returns import first_randomisations
from ebbtide.learning.ctn0094.tables import COLUMNS

STRANGERS = 1_000_000
DATED = [name for name, columns in COLUMNS.items() if "when" in columns]


@cache
def strangers() -> Tables:
    """Sixty of the shipped people under other numbers, so that nobody knows them."""
    tables = shipped_tables()
    people = first_randomisations(tables)
    chosen = np.sort(people.index[::29].to_numpy())
    frames = {name: f.assign(who=f["who"] + STRANGERS) for name, f in tables.of(chosen).frames.items()}
    return Tables(frames, tables.folder)


def is_later(frame: pd.DataFrame, people: pd.DataFrame, task: str) -> pd.Series:
    """Rows after the last day that the task knows, or without a day."""
    return ~(frame["when"] <= frame["who"].map(people["day"]) + TASKS[task])


def without_the_future(tables: Tables, task: str) -> Tables:
    people = first_randomisations(tables)
    frames = {n: f[~is_later(f, people, task)] if n in DATED else f for n, f in tables.frames.items()}
    return Tables(frames, tables.folder)


def with_another_future(tables: Tables, task: str) -> Tables:
    """Every later row becomes another person's, as often as not, on another later day, and comes thrice."""
    people = first_randomisations(tables)
    rng = np.random.default_rng(3)
    frames = {}
    for name, frame in tables.frames.items():
        if name not in DATED:
            frames[name] = frame
            continue
        later = is_later(frame, people, task) & frame["who"].isin(people.index)
        future = pd.concat([frame[later]] * 3, ignore_index=True)
        future = future.assign(who=rng.permutation(future["who"].to_numpy()))
        day = people["day"].reindex(future["who"]).to_numpy() + TASKS[task]
        future = future.assign(when=day + rng.integers(1, 200, len(future)))
        if name == "randomization":
            future = future.assign(which=2.0)
        frames[name] = pd.concat([frame[~later], future], ignore_index=True)
    return Tables(frames, tables.folder)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("change", [without_the_future, with_another_future])
def test_features_do_not_know_the_future(task, change) -> None:
    tables, changed = strangers(), change(strangers(), task)
    assert sum(len(f) for f in tables.frames.values()) != sum(len(f) for f in changed.frames.values())
    people = first_randomisations(tables)
    pd.testing.assert_frame_equal(
        features(tables, people, task),
        features(changed, first_randomisations(changed), task),
        check_exact=True,
    )


def test_predictions_do_not_know_the_future() -> None:
    task = "return-entry"
    given = predict(strangers(), task)
    for change in (without_the_future, with_another_future):
        changed = predict(change(strangers(), task), task)
        pd.testing.assert_frame_equal(given, changed, check_exact=True)
    assert given["p"].between(0, 1).all()
    assert given["p"].nunique() > 1


def test_the_third_week_changes_what_is_known() -> None:
    people = first_randomisations(strangers())
    early, late = (features(strangers(), people, task) for task in TASKS)
    assert "uds.use3" not in early
    assert late["uds.use3"].nunique() == 2
