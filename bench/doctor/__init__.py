"""What this machine has, and what a model lacks on it: `bench doctor`. Nothing is loaded or downloaded.

Imported from here: `machine`, `model_checkups`, `outlook`. Knows the engine's requests, models, runs,
evaluators and weights.
"""
