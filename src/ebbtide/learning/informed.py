r"""What readings tell of a person and what they leave open: two spaces that are moved in by turns.

Of hundreds of coordinates, readings inform a dozen directions. Where readings were linear with slopes
:math:`A` and noise :math:`\Sigma`, those are the left singular vectors :math:`u_i` of
:math:`A\Sigma^{-1/2}`: with singular value :math:`s_i` the posterior has variance :math:`1/(1 + s_i^2)` along
:math:`u_i`, that of the prior elsewhere. Steps of the preconditioned Crank-Nicolson kind around that normal
distribution, long in either space,

.. math:: z' = m + \sqrt{1-\beta^2} (z - m) + \beta \xi, \quad \xi \sim N(0, C)

are accepted by the ratio of the posterior to it, so that nothing depends on readings being linear but how
many are accepted (Cui, Law and Marzouk 2016, J Comput Phys 304:109; the plain kind: Cotter et al. 2013, Stat
Sci 28:424).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_INFORMED = 0.1
"""Of :math:`s_i^2`: what tells less is left to the prior."""


@dataclass(frozen=True)
class Informed:
    """The space that readings inform, and a normal distribution near the posterior in it."""

    axes: Float[Array, "unknown direction"]
    """Orthonormal."""
    middle: Float[Array, " direction"]
    spread: Float[Array, " direction"]
    """Standard deviations."""

    def step(
        self,
        place: Float[Array, "unknown people"],
        length: float,
        generator: np.random.Generator,
        *,
        inside: bool,
    ) -> Float[Array, "unknown people"]:
        """A step of each person, of a length of 0-1, in the space or, not ``inside``, in all that is left."""
        kept = np.sqrt(1.0 - length**2)
        if not inside:
            noise = generator.standard_normal(place.shape)
            left = (kept - 1.0) * place + length * noise
            return np.asarray(place + left - self.axes @ (self.axes.T @ left))
        known, middle = self.axes.T @ place, self.middle[:, None]
        noise = generator.standard_normal(known.shape)
        ahead = middle + kept * (known - middle) + length * self.spread[:, None] * noise
        return np.asarray(place + self.axes @ (ahead - known))

    def excess(self, place: Float[Array, "unknown people"]) -> Float[Array, " people"]:
        """Logarithm of the prior over the normal distribution, but for a constant."""
        known = self.axes.T @ place
        white = (known - self.middle[:, None]) / self.spread[:, None]
        return np.asarray((np.sum(white**2, axis=0) - np.sum(known**2, axis=0)) / 2)


def informed(
    middle: Float[Array, " unknown"],
    coordinates: NDArray[np.intp],
    slope: Float[Array, "coordinate reading"],
    precision: Float[Array, " reading"],
) -> Informed:
    """The space that readings with these slopes inform, around ``middle``.

    Parameters
    ----------
    coordinates
        Those that ``slope`` is for; the others have none.
    precision
        One over the variance of the noise of each reading, less where only a part is taken in.
    """
    vectors, values, _ = np.linalg.svd(slope * np.sqrt(precision), full_matrices=False)
    counts = values**2 > LEAST_INFORMED
    axes = np.zeros((len(middle), int(counts.sum())))
    axes[coordinates] = vectors[:, counts]
    return Informed(axes, axes.T @ middle, 1.0 / np.sqrt(1.0 + values[counts] ** 2))
