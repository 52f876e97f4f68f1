"""Learning from people: calibration on groups, prediction in tables of CTN-0094, following one person."""
