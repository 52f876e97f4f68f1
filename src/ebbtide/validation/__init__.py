"""Floor 4: published studies run again by simulated people, predicted beside observed."""

from .read import Study, read_study, study_files
from .result import ResultRow, StudyResult
from .run import run_studies, run_study
from .summary import summarise

__all__ = [
    "ResultRow",
    "Study",
    "StudyResult",
    "read_study",
    "run_studies",
    "run_study",
    "study_files",
    "summarise",
]
