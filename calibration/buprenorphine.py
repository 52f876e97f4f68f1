"""Fit buprenorphine's dissociation constant at the mu receptor to receptor occupancy in people.

Data: occupancy of 41, 80 and 84 % at 2, 16 and 32 mg a day under the tongue, 4 h after a dose at
steady state (Greenwald 2003). Kinetics are the library's; candidates of the constant run through
the engine side by side. The peaks of the same study (0.75, 5.5 and 13.5 ng/mL) are printed beside
the computed ones: the highest is too low, because bioavailability that falls with the dose and a
peak that rises 2.5-fold from 16 to 32 mg do not go together.

Run: ``python calibration/buprenorphine.py``; the constant stands in ``library/compounds/buprenorphine.toml``.
"""

from __future__ import annotations

import numpy as np
from withdrawal import prepare, use

from ebbtide.engine.people import make_people
from ebbtide.engine.run import Request, run_people
from ebbtide.library import load_library
from ebbtide.population import TYPICAL, Traits

PUBLISHED = {"2 mg": (0.41, 0.75), "16 mg": (0.80, 5.5), "32 mg": (0.84, 13.5)}  # occupancy, Cmax ng/mL
CONSTANT = "buprenorphine.receptors.mu.dissociation_constant"
HOURS = np.arange(0.0, 24.1, 0.25)


def main() -> None:
    library = load_library()
    now = library.compounds["buprenorphine"].receptors.mu.dissociation_constant.value
    molar_mass = library.compounds["buprenorphine"].molar_mass.value
    candidates = now * np.geomspace(0.5, 2.0, 64)
    occupied, peaks = [], []
    for dose in PUBLISHED:
        history = [use("buprenorphine_sublingual_tablet", dose, "24 h", 60)]
        _, regimen, composition = prepare(library, history, [], "24 h")
        fixed = {CONSTANT: candidates}
        traits = Traits(np.full(64, 70.0), "normal", "none", 100.0, (), None, {}, fixed)
        people = make_people(library, composition, regimen.kinds, {}, traits, 1, TYPICAL)
        [course] = run_people(people, regimen, Request(24.0, HOURS))
        names = (*composition.body.quantities, *composition.compounds)
        occupied.append(course.rows[int(4 / 0.25), names.index("mor.occupancy")])
        peaks.append(course.rows[:, names.index("buprenorphine"), 0].max() * molar_mass * 1e-3)
    off = np.stack([o - want for o, (want, _) in zip(occupied, PUBLISHED.values(), strict=True)])
    best = int((off**2).sum(axis=0).argmin())
    print(f"{CONSTANT}: {candidates[best]:.3g} nM (library {now:g})")
    for row, (dose, (want, peak)) in enumerate(PUBLISHED.items()):
        print(f"{dose}: occupancy {occupied[row][best]:.2f} ({want}), peak {peaks[row]:.1f} ng/mL ({peak})")


if __name__ == "__main__":
    main()
