"""Hosted models: one adapter per service, over `polling` (ask, wait, fetch, never pay twice) and `prices`.

Imported from here: `polling` and `prices`, by authors of adapters for services; the models come out of the registry.
They know the door (`bench.models`) and `bench.media`, and not each other.
"""
