"""Runs as arrays of jobs on a Slurm cluster: a script, and the three jobs that it is sent as.

Imported from here: `Array`, `Resources`, `option`, `Job`, `script`, `send`. Lives here: `arrays` (512%64), `resources`
(options of sbatch), `scripts` (the text, from the template beside it), `sending` (sbatch). Knows the errors alone;
nothing knows it but the command line.
"""

from bench.slurm.arrays import Array
from bench.slurm.resources import Resources, option
from bench.slurm.scripts import Job, script
from bench.slurm.sending import send

__all__ = ["Array", "Job", "Resources", "option", "script", "send"]
