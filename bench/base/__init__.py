"""What every other room builds on, from files that are whole or absent to plug-ins and workers.

Files, disks that fail, strict JSON and TOML, secrets and paths in texts, settings, plug-ins, weights, workers, devices.
Imported from here: the modules by name (`from bench.base import files`). Knows only `bench.types` and `bench.errors`:
no suite, no model, no metric.
"""
