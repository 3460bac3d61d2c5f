"""What this machine has, and what a model lacks on it: `bench doctor`. Nothing is loaded or downloaded.

Imported from here: `machine`, `models`. Knows models, evaluators and weights.
"""
