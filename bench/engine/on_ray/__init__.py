"""Workers on a Ray cluster: the cluster that is joined, its nodes, and the actors that hold what they load.

    with joined("auto", out) as cluster:
        cluster.prepare(needs)
        with Pool(Actors(cluster, Terms(Share(gpus=1)), load, make), clips) as pool: ...

The nodes run the code that is installed on them; only paths, records and rows travel. Nothing is imported from here,
but from `joining`, `cluster` and `actors`. Knows `bench.base` and the errors; Ray is imported when a cluster is joined.
"""
