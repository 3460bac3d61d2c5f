"""Null models: what costs nothing and means nothing, so that every metric shows what it gives to that.

Imported from here: `base`, which they share; the models come out of the registry. They know the door
(`bench.models`) and `bench.media`, and not each other.
"""
