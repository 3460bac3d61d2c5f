"""Null models: floors and ceilings of the metrics, which need no weights.

Nothing is imported from here: the models come out of the registry. `base` is what all of them share, `animation` what
those share that animate the input image by arithmetic. This package knows `bench.models`, `bench.media` and
`bench.base`; the models do not know each other.
"""
