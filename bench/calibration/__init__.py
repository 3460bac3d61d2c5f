"""What metrics make of known damage: damages, response curves, the measuring of them, and their tables.

Imported from here: `curves` by whoever shows them, `measure` by `bench calibrate`. This file imports nothing, so that
showing curves does not load the engine.
"""
