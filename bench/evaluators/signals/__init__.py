"""Arithmetic that evaluators share: similarity, colour, trend, spectrum, optical flow, camera motion, tracking.

Imported from here: the modules by name. Plain functions on arrays; they know `bench.media`, `bench.base` and
`bench.statistics`, and no evaluator.
"""
