"""The equations as an mrgsolve model with its tables: doses, parameters of each person, and an R script.

The text of the model is C++ between blocks; doses go into compartments as records of a data set.
"""

from __future__ import annotations

import csv
from pathlib import Path

from .c import HELPERS, C
from .equations import Equations
from .text import Writer

SCRIPT = """\
# Runs the exported model: Rscript run.R TOLERANCE CORES PEOPLE
# Writes result.csv and prints the seconds that the simulation alone took.
suppressPackageStartupMessages(library(mrgsolve))
given <- as.numeric(commandArgs(trailingOnly = TRUE))
model <- mread("model", project = ".", quiet = TRUE)
model <- update(model, rtol = given[1], atol = given[1], maxsteps = 100000)
doses <- subset(read.csv("doses.csv"), ID <= given[3])
people <- subset(read.csv("people.csv"), ID <= given[3])
times <- scan("times.csv", quiet = TRUE)
some <- function(ids) mrgsim_df(
  model, data = subset(doses, ID %in% ids), idata = subset(people, ID %in% ids),
  tgrid = times, obsonly = TRUE, recsort = 3
)
parts <- split(people$ID, seq_along(people$ID) %% given[2])
begun <- proc.time()[["elapsed"]]
result <- do.call(rbind, parallel::mclapply(parts, some, mc.cores = given[2]))
cat(proc.time()[["elapsed"]] - begun, "\\n")
write.csv(result, "result.csv", row.names = FALSE)
"""


def output_name(quantity: str) -> str:
    """The name of a quantity's column."""
    return "q_" + "".join(c if c.isalnum() else "_" for c in quantity)


def write_model(equations: Equations) -> str:
    """The text of ``model.cpp``."""

    def block(results: tuple[int, ...], names: list[str], prefix: str) -> list[str]:
        writer = Writer(C, temporary=f"{prefix}{{}}".format)
        assignments, expressions = writer.write(equations.graph, results)
        lines = [f"double {name} = {text};" for name, text in assignments]
        return [*lines, *(f"{name} = {text};" for name, text in zip(names, expressions, strict=True))]

    values = zip(equations.parameters, equations.values[:, 0].tolist(), strict=True)
    outputs = [output_name(q) for q in equations.quantities]
    return "\n".join(
        [
            "$PROB Exported by benchmarks/export/mrgsolve.py; time in hours.",
            "$PARAM",
            *(f"{name} = {value!r}" for name, value in values),
            "$CMT",
            *equations.states,
            "$GLOBAL",
            HELPERS.rstrip(),
            "$ODE",
            *block(equations.change, [f"dxdt_{name}" for name in equations.states], "t"),
            "$TABLE",
            *block(equations.outputs, [f"double {name}" for name in outputs], "s"),
            "$CAPTURE",
            *outputs,
            "",
        ]
    )


def write_mrgsolve(equations: Equations, folder: Path) -> None:
    """``model.cpp``, ``doses.csv``, ``people.csv``, ``times.csv`` and ``run.R`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.cpp").write_text(write_model(equations), encoding="utf-8")
    (folder / "run.R").write_text(SCRIPT, encoding="utf-8")
    times = "\n".join(map(repr, equations.times_h.tolist()))
    (folder / "times.csv").write_text(times + "\n", encoding="utf-8")
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["ID", *equations.parameters])
        table.writerows([i + 1, *own] for i, own in enumerate(equations.values.T.tolist()))
    with (folder / "doses.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["ID", "time", "evid", "cmt", "amt"])
        for person in range(equations.people):
            for time, kind in equations.doses:
                for state, amount in enumerate(equations.jumps[kind, :, person].tolist()):
                    if amount:
                        table.writerow([person + 1, time, 1, equations.states[state], repr(amount)])
