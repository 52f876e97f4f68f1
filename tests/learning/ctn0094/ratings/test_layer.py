"""The layer on few people: what is told, and what it never uses."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from ebbtide.learning.ctn0094 import Tables, shipped_tables
from ebbtide.learning.ctn0094.ratings import layer as module
from ebbtide.learning.ctn0094.ratings import predict
from ebbtide.learning.ctn0094.ratings.baselines import RECORD, baselines, record
from ebbtide.learning.ctn0094.ratings.boosting import LevelTrees, TendencyTrees
from ebbtide.learning.ctn0094.ratings.evaluate import LAYER, cross_validate, measured
from ebbtide.learning.ctn0094.ratings.layer import PROBABILITIES, Layer
from ebbtide.learning.ctn0094.ratings.rows import rating_rows
from ebbtide.learning.ctn0094.ratings.smooth import Forest, Thresholds
from ebbtide.library import InputError

SMALL = {
    "levels": lambda: LevelTrees(rounds=25, learning_rate=0.1, seeds=1),
    "tendency": lambda: TendencyTrees(rounds=25, learning_rate=0.2, seeds=1),
    "thresholds": Thresholds,
    "forest": lambda: Forest(trees=20),
}


@pytest.fixture(scope="module", autouse=True)
def small_members() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MEMBERS", SMALL)
        yield


@pytest.fixture(scope="module")
def people() -> np.ndarray:
    return np.random.default_rng(4).permutation(shipped_tables()["withdrawal"].dropna()["who"].unique())


@pytest.fixture(scope="module")
def layer(people: np.ndarray) -> Layer:
    return Layer().fit(rating_rows(shipped_tables().of(people[:700])))


@pytest.fixture(scope="module")
def unseen(people: np.ndarray) -> Tables:
    return shipped_tables().of(people[700:760])


def replaced(tables: Tables, ratings: pd.DataFrame) -> Tables:
    return Tables({**tables.frames, "withdrawal": ratings}, tables.folder)


def test_a_line_for_each_row_and_probabilities_on_each(layer: Layer, unseen: Tables) -> None:
    for task in ("cold", "next"):
        told = predict(unseen, task, layer)
        pd.testing.assert_frame_equal(told[["who", "when"]], unseen["withdrawal"][["who", "when"]])
        values = told[list(PROBABILITIES)].to_numpy()
        assert (values >= 0).all()
        np.testing.assert_allclose(values.sum(axis=1), 1.0)


def test_cold_uses_no_rating_and_next_none_of_the_day_or_later(layer: Layer, unseen: Tables) -> None:
    table = unseen["withdrawal"]
    other = replaced(unseen, table.assign(withdrawal=3.0 - table["withdrawal"]))
    pd.testing.assert_frame_equal(predict(unseen, "cold", layer), predict(other, "cold", layer))
    late = table["when"] >= 30
    changed = replaced(unseen, table.assign(withdrawal=table["withdrawal"].where(~late, 0.0)))
    asked = table["when"] <= 30
    before = predict(unseen, "next", layer)[asked]
    pd.testing.assert_frame_equal(before, predict(changed, "next", layer)[asked])
    # with one person of several ratings turned upside down, something must change
    assert not predict(unseen, "next", layer).equals(predict(other, "next", layer))


def test_a_row_without_a_day_gets_the_shares_of_its_trial(layer: Layer, unseen: Tables) -> None:
    table = unseen["withdrawal"].copy()
    table.loc[0, "when"] = np.nan
    told = predict(replaced(unseen, table), "next", layer)
    expected = layer.by_trial[float(unseen.project[int(table["who"][0])])]
    np.testing.assert_allclose(told.loc[0, list(PROBABILITIES)].to_numpy(dtype=float), expected)


def test_better_than_every_baseline_on_people_that_neither_saw(people: np.ndarray) -> None:
    """A tenth of the product's trees and half of the people already beat the baselines without ratings."""
    left_out = cross_validate(shipped_tables().of(people[:900]), folds=2)
    for task in ("cold", "next"):
        table = measured(left_out.rows, left_out.of(task))
        every = table[(table["trial"] == "all") & (table["measure"] == "ranked_probability_score")]
        scores = every.set_index("forecast")["value"]
        assert scores.idxmin() == LAYER
        coverage = table[(table["measure"] == "coverage_90") & (table["forecast"] == LAYER)]
        assert coverage["value"].between(0.85, 0.95).all()


def test_record_of_baselines_is_of_earlier_days_only() -> None:
    table = pd.DataFrame(
        {
            "who": [1, 1, 1, 1, 2],
            "withdrawal": [2.0, 1.0, np.nan, 3.0, 0.0],
            "when": [0.0, 5.0, 7.0, 9.0, 3.0],
        }
    )
    tables = shipped_tables().of(np.array([30, 51]))
    frames = {name: frame.iloc[:0] for name, frame in tables.frames.items()}
    frames |= {"everybody": pd.DataFrame({"who": [1, 2], "project": [30, 51]}), "withdrawal": table}
    found = record(rating_rows(Tables(frames, tables.folder)))[list(RECORD)]
    expected = [[np.nan, np.nan, np.nan, 0], [2, 5, 2, 1], [1, 2, 1.5, 2], [1, 4, 1.5, 2], [np.nan] * 3 + [0]]
    np.testing.assert_array_equal(found.to_numpy(dtype=float), np.array(expected, dtype=float))


def test_what_is_no_rating_trial_or_person_is_named(unseen: Tables) -> None:
    table = unseen["withdrawal"]
    with pytest.raises(InputError, match="withdrawal = 7"):
        rating_rows(replaced(unseen, table.assign(withdrawal=7.0)))
    with pytest.raises(InputError, match="who = -5"):
        rating_rows(replaced(unseen, table.assign(who=-5)))
    everybody = unseen["everybody"].assign(project=99)
    with pytest.raises(InputError, match="project = 99"):
        rating_rows(Tables({**unseen.frames, "everybody": everybody}, unseen.folder))


def test_baselines_are_those_that_the_docs_name() -> None:
    assert set(baselines("next")) - set(baselines("cold")) == {"previous rating"}
