"""What every other room builds on: files that are whole or absent, settings, plug-ins, weights, workers, devices.

Imported from here: the modules by name (`from bench.base import files`). Knows only `bench.types` and `bench.errors`:
no suite, no model, no metric.
"""
