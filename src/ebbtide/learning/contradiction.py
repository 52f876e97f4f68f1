"""Runs of readings that the doses reported do not explain.

Each reading is compared with the forecast from earlier visits, so that under the model the probabilities of
visits in turn are independent. Those of a run are joined by Fisher's method (Fisher 1932), and the most
unlikely run is judged after correction for the number of runs there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from scipy.special import chdtrc

from ebbtide.safety.record_rules import Contradiction, Seen

from .past import PastForecast
from .readings import PLASMA, WITHDRAWAL

LEAST = 1e-300


def contradictions(past: Sequence[PastForecast]) -> tuple[Contradiction, ...]:
    """The most unlikely run of each domain that depends on doses, and direction."""
    domains = dict.fromkeys(p.reading.domain for p in past if _tells_of_doses(p))
    found = (
        run
        for domain in domains
        for above in (False, True)
        if (run := _worst_run(domain, [p for p in past if p.reading.domain == domain], above=above))
    )
    return tuple(found)


def _tells_of_doses(past: PastForecast) -> bool:
    domain = past.reading.domain
    return past.reading.headline and (domain in (WITHDRAWAL, "pupil") or domain.startswith(PLASMA))


def _worst_run(domain: str, past: Sequence[PastForecast], *, above: bool) -> Contradiction | None:
    visits = [list(group) for _, group in groupby(past, key=lambda p: p.reading.seen_h)]
    chances = [min(1.0, len(v) * min(p.upper if above else p.lower for p in v)) for v in visits]
    runs = [(_joined(chances[a:b]), a, b) for a, b in _runs(len(visits))]
    if not runs:
        return None
    chance, start, stop = min(runs)
    seen = [p for visit in visits[start:stop] for p in visit]
    both_directions = 2
    return Contradiction(
        domain=domain,
        above=above,
        chance=min(1.0, chance * len(runs) * both_directions),
        seen=tuple(
            Seen(
                p.reading.title,
                p.reading.seen_h,
                p.reading.place,
                p.quantiles[0],
                p.quantiles[-1],
                p.reading.unit,
            )
            for p in seen
        ),
    )


def _runs(count: int) -> Iterator[tuple[int, int]]:
    return ((a, b) for a in range(count) for b in range(a + 1, count + 1))


def _joined(chances: Sequence[float]) -> float:
    statistic = -2.0 * sum(math.log(max(p, LEAST)) for p in chances)
    return float(chdtrc(2 * len(chances), statistic))
