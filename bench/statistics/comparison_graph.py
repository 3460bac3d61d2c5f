"""Which models were compared, and what the graph of who beat whom leaves unbounded.

N: models. An edge from one model to another says that the first beat the second, or tied with it.
"""

from __future__ import annotations

import numpy as np

from bench.statistics.arrays import Mask


def groups(met_NN: Mask) -> list[int]:
    """Groups of models that were compared, directly or through others: a number each, 0 for the largest group.

    >>> met = np.zeros((4, 4), dtype=bool)
    >>> met[0, 2] = met[2, 3] = True
    >>> groups(met)
    [0, 1, 0, 0]
    """
    reach = _reach(met_NN | met_NN.T)
    members = sorted(
        {tuple(np.flatnonzero(row).tolist()) for row in reach}, key=lambda group: (-len(group), group)
    )
    number = {model: place for place, group in enumerate(members) for model in group}
    return [number[model] for model in range(len(reach))]


def beyond(beat_NN: Mask) -> Mask:
    """(N, N): the first beat the second, directly or through others, and never the reverse: their gap is unbounded.

    Source: Ford 1957 (American Mathematical Monthly 64): without such pairs all strengths are finite.
    """
    reach = _reach(beat_NN)
    return np.asarray(reach & ~reach.T)


def bounds(beat_NN: Mask) -> tuple[Mask, Mask]:
    """(N,) and (N,): whether votes bound a strength, relative to the average of its group, from below and from above.

    From below where it beat or tied with every model of its group, directly or through others: a model that it never
    reached could be arbitrarily strong, and raise the average with it. From above where every model so reaches it.
    """
    reach = _reach(beat_NN)
    is_apart = ~_reach(beat_NN | beat_NN.T)
    return np.asarray((reach | is_apart).all(axis=1)), np.asarray((reach | is_apart).all(axis=0))


def _reach(step_NN: Mask) -> Mask:
    """(N, N): the second is reached from the first in any number of steps; each model reaches itself."""
    reach = step_NN | np.eye(len(step_NN), dtype=bool)
    for middle in range(len(reach)):
        reach |= reach[:, [middle]] & reach[[middle], :]
    return reach
