"""How metrics respond to known damage: damages, the measuring, response curves, and their tables.

Imported from here: `curves` and `tables` to show curves; `measure`, `sound_clips` and `footage` by `bench calibrate`.
This file imports nothing, so that showing curves does not load the engine. Knows the engine, evaluators, suites and
media.
"""
