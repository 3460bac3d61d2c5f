"""What every room stands on: files that are whole or absent, settings, plug-ins, weights, worker processes, devices.

Imported from here: the modules by name (`from bench.base import files`). Knows `bench.types` and `bench.errors` alone:
no suite, no model, no metric.
"""
