"""What we claim about speed and memory, one script per claim: `./x python -m benchmarks.ssim`. See docs/performance.md.

Importing this puts the process on one core: it stands before anything that would read how many there are.
"""

import multiprocessing
import os

THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)

os.environ.update(dict.fromkeys(THREADS, "1"))
if hasattr(os, "sched_setaffinity") and multiprocessing.parent_process() is None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
