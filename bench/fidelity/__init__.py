"""How much one run's clips differ from another's, clip by clip, as a share of what another seed changes.

Imported from here: `job` (finds, makes, measures), `findings` (the nouns of the answer), `notes` (in words) and
`records` (for programs). Behind them: `repeats` (floor and ceiling), `pairs` (two clips), `lockstep` (their frames),
`pictures` (of a frame of both), `measures` (what is compared), `stored` (what is kept of a pair) and `shares` (the
statistics). Knows runs, signals and statistics; the engine is known to `job`, `repeats` and `pairs` alone.

    <out>/fidelity/again/<run id>/         a run made once more: the floor, what its own kernels leave to chance
                   seeds/<run id>/         the same run under other seeds: the ceiling
                   pairs/<base>/<other>/<case>-<seed>.json    two clips, frame by frame

Both folders of repeats are folders of runs like any other, out of the way of the run itself, whose id they share.
"""
