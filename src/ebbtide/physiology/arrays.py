"""What the equations take: arrays of JAX, or of NumPy where a group of people is made ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    Values = Any
else:
    Values = jax.Array | np.ndarray

Numbers = Mapping[str, Float[np.ndarray, " people"]]
"""Name of a number (``adaptation.fast.half_life``) to its value in each person."""
