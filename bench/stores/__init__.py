"""Object stores: read, list and write whole objects below one URL, such as s3://bucket/i2v, by fsspec.

Imported from here: `Store` and the functions below. Knows `bench.base`, `bench.types` and `bench.errors`; what is kept
in a store, and under which names, is for `bench.runs` to say.
"""

from bench.stores.addresses import is_url, shown
from bench.stores.store import Store

__all__ = ["Store", "is_url", "shown"]
