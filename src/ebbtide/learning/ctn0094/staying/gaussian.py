r"""A Gaussian process of people: who is alike in traits, history, plan and place is alike in outcome.

.. math::
    k(i, j) = a (1 + b [\text{same arm}]) \exp\Big(-\sum_g \frac{s_g}{2 m_g} |z_i - z_j|_g^2\Big)
    + c [\text{same site}] + d [\text{same arm}]

with the squared difference of the :math:`m_g` standardised features of each table :math:`g`, and its share
:math:`s_g = \sqrt{m_g} / \sum \sqrt{m}`: a table that tells more counts more, but a long one does not
drown the others. A site is thus a partially pooled effect. The numbers are in units of the variance of the
noise. Relevances fitted to each table by leave-one-out log loss did worse on people left out than this rule.
Rasmussen and Williams 2006, chapter 2 and section 6.5 (outcomes 0 and 1 are regressed).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

WIDEST = 4.0
"""Standardised features are cut here: a rare value makes nobody unlike everybody."""


ALIKE, SAME_ARM_ALIKE, SAME_SITE, SAME_ARM = 0.3, 1.0, 0.01, 0.5
"""The numbers a, b, c, d of the kernel."""
APART = ("plan", "site")
"""Groups of features that have a term of their own."""


class Gaussian:
    """The process, conditioned on people whose outcome is known."""

    def fit(self, features: pd.DataFrame, outcome: Float[np.ndarray, " people"]) -> Gaussian:
        """Condition on people: features as :func:`~.features.features` gives them, an outcome each."""
        tables = dict.fromkeys(c.split(".")[0] for c in features)
        self.groups = {g: [c for c in features if c.split(".")[0] == g] for g in tables if g not in APART}
        size = {g: np.sqrt(len(columns)) for g, columns in self.groups.items()}
        self.share = {g: s / sum(size.values()) for g, s in size.items()}
        self.scalers = {g: _standard().fit(features[columns]) for g, columns in self.groups.items()}
        self.known = self._coordinates(features)
        self.mean = float(np.mean(outcome))
        covariance = self.covariance(self.known, self.known) + np.eye(len(outcome))
        self.weights = cho_solve(cho_factor(covariance), outcome - self.mean)
        return self

    def predict(self, features: pd.DataFrame) -> Float[np.ndarray, " n"]:
        """The expected outcome of other people."""
        covariance = self.covariance(self._coordinates(features), self.known)
        return np.asarray(self.mean + covariance @ self.weights)

    def covariance(self, a: Coordinates, b: Coordinates) -> Float[np.ndarray, "a b"]:
        """The kernel between two lots of people."""
        unlike = sum(s * cdist(a.traits[g], b.traits[g], "sqeuclidean") for g, s in self.share.items())
        arm, site = a.arm @ b.arm.T, a.site @ b.site.T
        alike = ALIKE * (1 + SAME_ARM_ALIKE * arm) * np.exp(-unlike)
        return np.asarray(alike + SAME_SITE * site + SAME_ARM * arm)

    def _coordinates(self, features: pd.DataFrame) -> Coordinates:
        traits = {}
        for group, columns in self.groups.items():
            standard = np.clip(self.scalers[group].transform(features[columns]), -WIDEST, WIDEST)
            traits[group] = standard / np.sqrt(2 * len(columns))
        arm = features.filter(regex=r"^plan\.arm_").fillna(0).to_numpy()
        return Coordinates(traits, arm, features.filter(regex=r"^site\.").fillna(0).to_numpy())


@dataclass(frozen=True)
class Coordinates:
    """Where people lie: standardised features by table, and indicators of arm and site."""

    traits: dict[str, Float[np.ndarray, "people features"]]
    arm: Float[np.ndarray, "people arms"]
    site: Float[np.ndarray, "people sites"]


def _standard() -> Pipeline:
    return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
