"""Hosted models: one adapter per service. Models that vendors have retired are cards in `retired`.

Authors of adapters import `polling` (PollingModel and the values that it exchanges); behind it are `service` (HTTP,
keys, pictures), `retries`, `timing`, `http_errors` (which failures may pass), `fetching` (downloads) and `prices`.
The models themselves come out of the registry. This package knows `bench.models`, `bench.media` and `bench.base`;
adapters do not know each other.
"""
