"""Speed and accuracy of the engine beside other solvers, on the same equations. Run by ``make bench``."""
