"""Hosted models: one adapter per service. Models that vendors have retired are cards in `retired`.

Authors of adapters import `polling` (PollingModel and the values that it exchanges); behind it are `service` (HTTP,
keys, pictures), `timing`, `fetching` (downloads) and `prices`; connections, retries and which failures may pass are in
`bench.base`.
The models themselves come out of the registry. This package knows `bench.models`, `bench.media` and `bench.base`;
adapters do not know each other.
"""
