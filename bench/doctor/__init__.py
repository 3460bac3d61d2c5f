"""What this machine has, and what a model lacks on it: `bench doctor`. Nothing is loaded or downloaded.

Imported from here: `machine`, `model_checkups`. Knows the engine's model requests, models, evaluators and weights.
"""
