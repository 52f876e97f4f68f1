"""Ratings of withdrawal, 0 to 3, in tables of the CTN-0094 form: probabilities, baselines, scores."""

from .evaluate import Scores, cross_validate, score
from .layer import TASKS, predict

__all__ = ["TASKS", "Scores", "cross_validate", "predict", "score"]
