"""Settings that all tests share."""

import os

from hypothesis import settings

# The first example of a property may compile a program, so no example has a time limit of its own;
# on a build server the same examples are tried every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
