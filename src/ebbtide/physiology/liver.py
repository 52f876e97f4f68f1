r"""Liver: ALT, AST, ALP (U/L) and bilirubin (mg/dL) of a person, and injury in those who are susceptible.

Compounds that can injure share one saturable exposure for each kind of susceptibility :math:`S` (1 in few
people, else 0). A chain of three stages delays it by weeks; above a threshold injury of liver cells :math:`I`
and an impaired flow of bile :math:`B` follow:

.. math::
    e = 1 - \prod_S \left(1 - S \frac{x_S}{1 + x_S}\right), \qquad x_S = \sum_i C_i/C_{50,i}, \qquad
    \dot p_1 = \frac{e - p_1}{\tau}, \quad \dot p_{2,3} = \frac{p_{1,2} - p_{2,3}}{\tau}

    h = \frac{p_3^n}{p_3^n + \theta^n}, \qquad \dot I = k_I (h - I), \qquad \dot B = k_B (h - B)

    ALT = ALT_0 + a\,y_{ALT}, \quad AST = AST_0 + a\,r\,y_{AST}, \quad ALP = ALP_0 + l\,y_{ALP}, \quad
    bilirubin = b_0 \frac{1 + q}{1/(1 + g\,y_b) + q}

Each :math:`y` follows injury (ALT, AST) or impaired flow of bile (ALP, bilirubin) by its own half-life in
blood. Bilirubin is production over clearance: that by the liver falls to :math:`1/(1 + g\,y_b)`, that by the
kidney (:math:`q` of what the liver does) keeps it from rising without end. The sizes :math:`a, l, g` differ
between people: some have injury of liver cells, some of the flow of bile, most of both.

After the end of use injury lasts until the chain is empty and then recovers. A body that holds no compound
that can injure has no states here and shows the person's baseline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ebbtide.library import Library

from .arrays import Numbers, Values
from .logarithm import power
from .part import EVERY, Moment, Sensed

STATES = (
    "liver_primed_1",
    "liver_primed_2",
    "liver_primed_3",
    "liver_injury",
    "liver_cholestasis",
    "liver_alt",
    "liver_ast",
    "liver_alp",
    "liver_bilirubin",
)


class LiverNumbers(NamedTuple):
    """The numbers of a group of people."""

    alt: Float[Values, " people"]
    """Baseline, as the three that follow."""
    ast: Float[Values, " people"]
    alp: Float[Values, " people"]
    bilirubin: Float[Values, " people"]
    alt_rise: Float[Values, " people"]
    """At full injury."""
    ast_rise: Float[Values, " people"]
    alp_rise: Float[Values, " people"]
    clearance_loss: Float[Values, " people"]
    kidney_share: Float[Values, " people"]
    half_exposure: Float[Values, "compounds people"]
    susceptible: Float[Values, "kinds people"]
    threshold: Float[Values, " people"]
    steepness: Float[Values, " people"]
    function_injury: Float[Values, " people"]
    function_cholestasis: Float[Values, " people"]
    rate: Float[Values, "states people"]


@dataclass(frozen=True)
class Liver:
    """See the module."""

    compounds: tuple[str, ...] = ()
    """Those in a body that can injure its liver."""
    kinds: tuple[str, ...] = ()
    """The kind of susceptibility for each of them."""
    quantities: tuple[str, ...] = ("liver.alt", "liver.ast", "liver.alp", "liver.bilirubin")

    @property
    def states(self) -> tuple[str, ...]:
        """None where nothing can injure."""
        return STATES if self.compounds else ()

    @property
    def order(self) -> tuple[slice, ...]:
        """The chain, then injury and impaired flow, then what blood shows."""
        ends = (1, 2, 3, 5, len(STATES))
        return tuple(map(slice, (0, *ends), ends)) if self.compounds else ()

    @property
    def _distinct(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.kinds))

    def prepare(self, numbers: Numbers) -> LiverNumbers:
        """Collect the numbers; rates are per hour."""

        def decay(name: str) -> Float[Values, " people"]:
            return np.log(2.0) / numbers[f"liver.{name}.half_life"]

        baseline = numbers["liver.alt.baseline"]
        stage = 1.0 / numbers["liver.latency.stage"]
        followers = [decay(name) for name in ("alt", "ast", "alp", "bilirubin")]
        rates = [stage, stage, stage, decay("response"), decay("cholestasis"), *followers]
        none = np.zeros((0, *baseline.shape))
        return LiverNumbers(
            alt=baseline,
            ast=numbers["liver.ast.baseline"],
            alp=numbers["liver.alp.baseline"],
            bilirubin=numbers["liver.bilirubin.baseline"],
            alt_rise=numbers["liver.alt.rise"],
            ast_rise=numbers["liver.alt.rise"] * numbers["liver.ast.per_alt"],
            alp_rise=numbers["liver.alp.rise"],
            clearance_loss=numbers["liver.bilirubin.clearance_loss"],
            kidney_share=numbers["liver.bilirubin.kidney_share"],
            half_exposure=np.stack([numbers[f"liver.injury.{name}.half_exposure"] for name in self.compounds])
            if self.compounds
            else none,
            susceptible=np.stack([numbers[f"liver.{kind}.susceptible"] for kind in self._distinct])
            if self.kinds
            else none,
            threshold=numbers["liver.response.threshold"],
            steepness=numbers["liver.response.steepness"],
            function_injury=numbers["liver.function.injury"],
            function_cholestasis=numbers["liver.function.cholestasis"],
            rate=np.stack(rates) if self.compounds else none,
        )

    def exposure(self, now: Sensed, numbers: LiverNumbers) -> Float[Values, " people"]:
        """What the chain is driven by, 0-1."""
        spared = jnp.ones_like(numbers.alt)
        for kind, susceptible in zip(self._distinct, numbers.susceptible, strict=True):
            load = sum(
                now.concentration[name] / half
                for name, own, half in zip(self.compounds, self.kinds, numbers.half_exposure, strict=True)
                if own == kind
            )
            spared = spared * (1.0 - susceptible * load / (1.0 + load))
        return 1.0 - spared

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: LiverNumbers,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """Each state follows the one that drives it."""
        # row by row, so that nothing is computed for rows that are not asked for
        _, _, third, injury, cholestasis = own[:5]
        drivers: list[Float[Values, " people"]] = []
        for row in range(len(self.states))[group]:
            if row == 0:
                drivers.append(self.exposure(now, numbers))
            elif row in (1, 2):
                drivers.append(own[row - 1])
            elif row in (3, 4):
                relative = power(jnp.maximum(third, 0.0) / numbers.threshold, numbers.steepness)
                drivers.append(relative / (1.0 + relative))
            else:
                drivers.append(injury if row in (5, 6) else cholestasis)
        return jnp.stack(drivers)

    def rates(self, numbers: LiverNumbers) -> Float[Values, "states people"]:
        """How fast each state forgets."""
        return jnp.asarray(numbers.rate)

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: LiverNumbers,
    ) -> tuple[Float[Values, " people"], ...]:
        """ALT, AST, ALP and bilirubin."""
        rest = (jnp.zeros_like(numbers.alt),) * 4
        alt, ast, alp, bilirubin = jnp.maximum(own[5:], 0.0) if self.compounds else rest
        kidney = numbers.kidney_share
        return (
            numbers.alt + numbers.alt_rise * alt,
            numbers.ast + numbers.ast_rise * ast,
            numbers.alp + numbers.alp_rise * alp,
            numbers.bilirubin * (1.0 + kidney) / (1.0 / (1.0 + numbers.clearance_loss * bilirubin) + kidney),
        )

    def hepatic_function(
        self, own: Float[Values, "states people"], numbers: LiverNumbers
    ) -> Float[Values, " people"]:
        """What is left of the liver's power to clear, 1 at rest."""
        if not self.compounds:
            return jnp.ones_like(numbers.alt)
        injury, cholestasis = jnp.clip(own[3:5], 0.0, 1.0)
        return (1.0 - numbers.function_injury * injury) * (1.0 - numbers.function_cholestasis * cholestasis)


def build_liver(library: Library, compounds: Sequence[str]) -> Liver:
    """The liver for a composition: with injury only where one of ``compounds`` can cause it."""
    injuring = library.physiology["liver"]["injury"]
    present = tuple(name for name in compounds if name in injuring)
    return Liver(present, tuple(injuring[name]["susceptibility"] for name in present))
