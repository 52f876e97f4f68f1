"""Write a case file from one person's records in tables of the CTN-0094 form.

    python examples/ctn0094/build_case.py --data DIR --who 756 --out examples/ctn0094_person_756.toml

Days of heroin use, daily buprenorphine doses and withdrawal ratings are the person's own. The
records hold days, not amounts or clock times: those are assumed, and the case file says so.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

DAYS_BEFORE, DAYS_AFTER = 30, 30
DOSE, EVERY_H, DOSES_A_DAY = "60 mg", 8, 3
HEADER = """# Person {who} of CTN-0094 (trial {project}, {arm}), de-identified and public; see
# examples/ctn0094/README.md for the licence. Recorded: days of heroin use, daily buprenorphine (mg),
# ratings 0-3 (SOWS bands in trial 51). Assumed, because the records do not hold it: {dose} of pure heroin
# every {every} h on a day of use, route {route}, clock times, and that use was the same for a year before.
# Study day 0 is day {zero} of this case; the calendar date is invented.
"""


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """All rows of one table."""
    with gzip.open(folder / f"{name}.csv.gz", "rt", newline="") as lines:
        return list(csv.DictReader(lines))


def runs(days: Iterable[int]) -> list[tuple[int, int]]:
    """First day and length of each run of consecutive days."""
    found: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if found and day == found[-1][0] + found[-1][1]:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((day, 1))
    return found


def dose(product: str, amount: str, at: str, every: str, count: int) -> str:
    """One ``[[doses]]`` table."""
    rule = f'at = "{at}"\nevery = "{every}"\ncount = {count}\n'
    return f'[[doses]]\nproduct = "{product}"\namount = "{amount}"\n{rule}'


def main() -> None:
    """Read the tables and write the case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--who", default="756")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()

    def mine(name: str) -> list[dict[str, str]]:
        return [row for row in table(given.data, name) if row["who"] == given.who]

    person, project = mine("demographics")[0], mine("everybody")[0]["project"]
    arm = next(row["treatment"] for row in mine("randomization") if row["which"] == "1")
    route = "heroin_injected" if mine("asi")[0]["used_iv"] == "Yes" else "heroin_smoked"
    used = [
        int(float(row["when"]))
        for row in mine("all_drugs")
        if row["what"] == "Heroin" and row["source"] == "TFB" and float(row["when"]) < DAYS_AFTER
    ]
    first = -DAYS_BEFORE
    sex = "male" if person["is_male"] == "Yes" else "female"

    def day(when: int) -> int:
        return when - first + 1

    parts = [
        HEADER.format(
            who=given.who, project=project, arm=arm, dose=DOSE, every=EVERY_H, route=route, zero=day(0)
        ),
        f'[case]\nid = "ctn0094_{given.who}"\n'
        f'title = "Person {given.who} of CTN-0094: recorded use, doses and ratings"\n'
        f'start = 2010-01-01T00:00:00-05:00\nduration = "{DAYS_BEFORE + DAYS_AFTER} d"\n',
        f'[person]\nage_years = {float(person["age"]):g}\nsex = "{sex}"\n',
        f'[[history]]\nproduct = "{route}"\namount = "{DOSE}"\nevery = "{EVERY_H} h"\nfor = "365 d"\n'
        'last = "1 h before start"\n',
    ]
    for start, length in runs(when for when in used if when >= first):
        parts.append(dose(route, DOSE, f"day {day(start)} 07:00", f"{EVERY_H} h", DOSES_A_DAY * length))
    given_mg: dict[int, float] = {
        int(float(r["when"])): float(r["amount"]) for r in mine("treatment") if r["amount"]
    }
    for amount in sorted(set(given_mg.values())):
        for start, length in runs(
            d for d, mg in given_mg.items() if mg == amount and first <= d < DAYS_AFTER
        ):
            parts.append(
                dose(
                    "buprenorphine_naloxone_film", f"{amount:g} mg", f"day {day(start)} 09:00", "1 d", length
                )
            )
    for row in mine("withdrawal"):
        when = int(float(row["when"]))
        if first <= when < DAYS_AFTER:
            rating = int(float(row["withdrawal"]))
            parts.append(
                f'[[observations]]\nat = "day {day(when)} 08:00"\nscale = "SOWS"\nrating = {rating}\n'
            )
    given.out.write_text("\n".join(parts))


if __name__ == "__main__":
    main()
