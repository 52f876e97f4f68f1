"""Write a case file from one person's records in tables of the CTN-0094 form.

    python examples/ctn0094/build_case.py --who 756 --out examples/ctn0094_person_756.toml

Without ``--data`` the people that come with Ebbtide are read. The case file says what is recorded and what
is assumed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ebbtide.learning.ctn0094.case_file import case_text
from ebbtide.learning.ctn0094.tables import SHIPPED, read_tables
from ebbtide.library import InputError


def main() -> int:
    """Read the tables and write the case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHIPPED)
    parser.add_argument("--who", type=int, default=756)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    try:
        given.out.write_text(case_text(read_tables(given.data), given.who), encoding="utf-8")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
