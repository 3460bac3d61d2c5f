"""Runs in buckets: each is worked on in a folder of this machine, in the cache, that mirrors what is in the bucket.

Imported from here: the functions below. Knows `bench.stores`, and of `bench.runs` rows and values, not folders.

    <root>/runs/<run>/run.json, suite.json, cards-<digest>.json     what the run is; cards of metrics and models
                      requests/<digest>.json                      the clips that it was asked for
           clips/<suite>@<version>/<run>/<case>-<seed>-<digest>.mkv  the clip
                                         <case>-<seed>.json          its record, put last, where there is none
           rows/<suite>@<version>/run=<run>/<time>-<sha256>.parquet  rows, as they came
           tasks/<suite>@<version>/<run>/<case>-<seed>.json          what services were asked for
           features/<extractor>@<digest>/<clip sha256>.npy           what set-level metrics keep of a clip, of any run
           compact/<suite>@<version>/<run>.zip                       records, rows and features in one file; made anew

Nothing is changed once it is there, but for records of failures and of tasks, and what is compact. A clip's name says
what is in it: a process that died between a clip and its record bars nobody, and of two that race, both clips are
there, and one record. What is not in the bucket yet, since the network failed or the process died, is put there when
the run is opened again.
"""

from bench.runs.buckets.bringing import bring_clip, bring_features
from bench.runs.buckets.following import follow, opened, pull
from bench.runs.buckets.roots import is_mirror, named

__all__ = ["bring_clip", "bring_features", "follow", "is_mirror", "named", "opened", "pull"]
