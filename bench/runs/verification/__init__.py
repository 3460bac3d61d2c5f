"""What is wrong with the files of runs: each against its digest, and against what the others say of it.

Imported from here: `places`, the folders of runs that words mean, `faults` of each, and `set_aside`, which alone
changes anything, and deletes nothing. Knows the rest of `bench.runs`.
"""

from bench.runs.verification.aside import set_aside
from bench.runs.verification.checks import faults
from bench.runs.verification.fault import Fault
from bench.runs.verification.places import places

__all__ = ["Fault", "faults", "places", "set_aside"]
