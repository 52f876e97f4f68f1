"""What the mechanism alone says of ratings: probabilities of 0-3 at each day, with no statistical layer.

``cold`` integrates over all that differs between people. ``next`` weights it by the ratings of the
person's earlier days, never of the same day or a later one.
"""

from __future__ import annotations

from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.library import load_library

from ..tables import Tables
from .courses import courses
from .posterior import Posterior, read
from .priors import SCALES, Reporting, settings
from .protocol import protocol
from .reporting import Nodes, Ratings, log_probability, nodes, severity, telling
from .shifts import NAMES, person_directions

Array = NDArray[np.float64]
LEVELS = 4
Task = Literal["cold", "next"]


def mechanism_probabilities(
    tables: Tables, task: Task, wanted: pd.DataFrame | None = None, posterior: Posterior | None = None
) -> pd.DataFrame:
    """Probabilities of each rating.

    Parameters
    ----------
    wanted
        Rows with columns ``who`` and ``when``; by default every day with a rating.

    Returns
    -------
    DataFrame
        ``who``, ``when``, ``p0`` to ``p3``, one row for each different row of ``wanted``.
    """
    posterior = posterior or read()
    known = tables["withdrawal"].dropna(subset=["who", "when", "withdrawal"])
    wanted = known if wanted is None else wanted
    asked = wanted[["who", "when"]].dropna().drop_duplicates()
    asked = asked[asked["who"].isin(tables.who)].assign(rating=-1)
    seen = known.rename(columns={"withdrawal": "rating"})[["who", "when", "rating"]].iloc[
        : None if task == "next" else 0
    ]
    seen = seen[seen["who"].isin(asked["who"])]
    rows = pd.concat([seen, asked]).sort_values(["who", "when"], ignore_index=True, kind="stable")
    ratings = _with_courses(tables, rows, posterior)
    how, at = posterior.priors.reporting(jnp.asarray(posterior.standard)), nodes()
    levels = np.asarray(_levels(ratings, how, at))
    weight = _weights(rows, levels, at)
    chosen = (rows["rating"] < 0).to_numpy()
    p = np.einsum("lrn,rn->rl", levels[:, chosen], weight[chosen])
    names = [f"p{level}" for level in range(LEVELS)]
    answer = pd.DataFrame(p / p.sum(axis=1, keepdims=True), columns=names)
    return pd.concat([rows.loc[chosen, ["who", "when"]].reset_index(drop=True), answer], axis=1)


def _with_courses(tables: Tables, rows: pd.DataFrame, posterior: Posterior) -> Ratings:
    trials = {int(key): value for key, value in settings()["trials"].items()}
    scale = rows["who"].map(tables.project).map(trials).map({name: i for i, name in enumerate(SCALES)})
    different = rows[["who", "when"]].drop_duplicates(ignore_index=True)
    computed = courses(
        tables,
        different,
        load_library(),
        settings()["use"]["hour"].to("h"),
        np.asarray(posterior.priors.shifts(jnp.asarray(posterior.standard))),
        person_directions(),
    )
    place = pd.MultiIndex.from_frame(different).get_indexer(pd.MultiIndex.from_frame(rows[["who", "when"]]))
    at = scale.to_numpy(np.int64)
    return Ratings(
        person=pd.factorize(rows["who"])[0].astype(np.int64),
        scale=at,
        rating=rows["rating"].to_numpy(np.int64),
        log_odds=computed.log_odds[place, at],
        slope=np.zeros((len(rows), len(NAMES))),
        personal=computed.slope[place, at],
        **protocol(tables, rows)._asdict(),
        trial=np.full(len(rows), -1),
        is_last=np.zeros(len(rows)),
    )


def _levels(ratings: Ratings, how: Reporting, at: Nodes) -> Float[jax.Array, "levels rows nodes"]:
    felt = severity(ratings, jnp.asarray(ratings.log_odds), how, at)
    told = telling(ratings, felt, how, at)
    every = [jnp.full(len(ratings.scale), level) for level in range(LEVELS)]
    return jnp.exp(
        jnp.stack([log_probability(level, told, ratings.scale, how, ratings.waited) for level in every])
    )


def _weights(
    rows: pd.DataFrame, levels: Float[Array, "levels rows nodes"], at: Nodes
) -> Float[Array, "rows nodes"]:
    """Of the nodes at each row, given the ratings of the person's earlier days."""
    log_weight = np.tile(at.log_weight, (len(rows), 1))
    rating, when = rows["rating"].to_numpy(int), rows["when"].to_numpy(float)
    for places in rows.groupby("who").indices.values():
        gained = np.zeros_like(at.log_weight)
        waiting = np.zeros_like(gained)
        today = -np.inf
        for row in places:
            if when[row] > today:
                gained, waiting, today = gained + waiting, np.zeros_like(gained), when[row]
            log_weight[row] += gained
            if rating[row] >= 0:
                waiting = waiting + np.log(levels[rating[row], row])
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
