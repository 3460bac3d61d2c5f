"""How metrics respond to known damage: damages, the measuring, response curves, and their tables.

Imported from here: `curves` and `tables` to show curves, `measure` and `sound_clips` by `bench calibrate`. This file
imports nothing, so that showing curves does not load the engine. Knows the engine, evaluators, suites and media.
"""
