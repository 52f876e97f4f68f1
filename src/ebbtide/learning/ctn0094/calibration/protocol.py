"""What a trial's rules did to its ratings: who was rated on a day says something of the rating.

An agonist is first given when withdrawal is seen, lest it bring on worse withdrawal: a rating of that day is
one of a person who waited. A depot of naltrexone is given to those who got through detoxification, with
medicine that nobody recorded. Both rest on the doses of the day and of days before it alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray

from ..assumed import assumptions
from ..tables import Tables


class Protocol(NamedTuple):
    """For each row 1 or 0."""

    waited: Float[NDArray[np.float64], " rows"]
    """The day of the person's first dose of an agonist."""
    induced: Float[NDArray[np.float64], " rows"]
    """The day of the person's first depot of an antagonist, or later."""


def protocol(tables: Tables, rows: pd.DataFrame) -> Protocol:
    """That of ``rows`` with columns ``who`` and ``when``."""
    assumed = assumptions()
    given = tables["treatment"]
    first = given[given["amount"] > 0].groupby("who")["when"].min()
    arms = tables["randomization"].sort_values("which").drop_duplicates("who").set_index("who")["treatment"]
    product = arms.dropna().map(assumed.study_product)
    depot = rows["who"].map(product).eq(assumed.depot.product).to_numpy()
    agonist = rows["who"].map(product).isin(list(assumed.arms.values())).to_numpy()
    since = (rows["when"] - rows["who"].map(first)).to_numpy(float)
    return Protocol((agonist & (since == 0)).astype(float), (depot & (since >= 0)).astype(float))
