"""The work: requests become runs, clips and rows. Generation, evaluation, set metrics, and the dry run.

Imported from here: `jobs` (the main job) and the requests it takes. Knows models, evaluators, runs and suites; nothing
of scores, comparisons or pages, which read what it leaves on disk.
"""
