"""Run studies: one that cannot be run says why, and the others run on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from ebbtide.library import InputError, Library

from .evaluate import results
from .read import Study, read_study
from .result import StudyResult
from .simulate import simulate

PEOPLE = 256
"""Simulated people an arm: one compiled batch of the engine."""
SEED = 1
AT_ONCE = 2

Progress = Callable[[str, int, int], None]
"""Told the study that begins, how many are done, and how many there are."""


def run_studies(
    files: Iterable[Path],
    library: Library,
    people: int = PEOPLE,
    progress: Progress = lambda study, done, total: None,
) -> list[StudyResult]:
    """Every study of ``files``, in their order.

    Two are run at a time: much of a study is compiling, which uses one core.
    """
    paths = list(files)
    begun, lock = [0], threading.Lock()

    def one(path: Path) -> StudyResult:
        with lock:
            progress(path.stem, begun[0], len(paths))
            begun[0] += 1
        try:
            return run_study(read_study(path), library, people)
        except InputError as error:
            why = str(error)
        except Exception as error:  # a fault of ours in one study must not take the others along
            why = f"a fault of the program: {type(error).__name__}: {error}"
        return StudyResult(path.stem, path.stem, str(path), "", "", "", "", "", (), (), not_run=why)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(one, path) for path in paths]
        try:
            return [job.result() for job in jobs]
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def run_study(study: Study, library: Library, people: int = PEOPLE, seed: int = SEED) -> StudyResult:
    """One study with ``people`` simulated people an arm, or as many as the study itself asks for.

    The same seed gives the same people.
    """
    head = study.head
    result = StudyResult(
        id=head.id,
        title=head.title or head.id,
        path=study.path,
        source=head.source,
        citation=head.citation,
        role=head.role,
        inputs=head.inputs,
        design=head.design,
        rows=(),
        notes=(),
    )
    try:
        simulated = simulate(study, library, head.simulated or people, seed)
        rows = results(study, library, simulated)
    except (InputError, FloatingPointError) as error:
        return replace(result, not_run=str(error))
    if all(row.not_run for row in rows):
        return replace(result, notes=simulated.notes, not_run=rows[0].not_run)
    return replace(result, rows=rows, notes=simulated.notes)
