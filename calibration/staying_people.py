"""Staying of the people of CTN-0094 beside Kaplan-Meier, Cox and the model's own hazards.

``python calibration/staying_people.py`` prints, by arm, the share not yet gone and not yet back in use at 4, 8, 12 and 24
weeks (Kaplan-Meier); Harrell's C, cross-validated by person, of the arm alone, of a Cox regression on arm, age,
sex, use in the 30 days before and urines, and of the forest of the statistical layer. The hazards of the model
are compared with the same numbers in ``studies/staying/ctn0027_*.toml`` and ``ctn0051_*.toml``.
"""
