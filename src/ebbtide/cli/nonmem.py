"""``ebbtide nonmem``: read, run, write."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ebbtide.exchange.nonmem import run_file, write_result
from ebbtide.library import InputError


def run_nonmem(
    data: Path, compound: Path, options: Mapping[str, Sequence[str]], out: Path, quiet: bool
) -> None:
    """Run the table ``data`` through ``compound`` and write ``out``; notes go to standard error."""
    if out.exists() and any(path.exists() and out.samefile(path) for path in (data, compound)):
        raise InputError("the result would take the place of its input", where="--out", value=str(out))
    result = run_file(data, compound, options)
    write_result(result, out)
    if not quiet:
        for note in result.notes:
            print(f"note: {note}", file=sys.stderr)
