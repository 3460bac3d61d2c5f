"""Names of arrays; the letters of a suffix are the axes, and each module has a legend of its letters."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]
Stack: TypeAlias = NDArray[np.float64]
"""Three axes: one matrix per set of votes."""

Indices: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]
