"""The work: requests become runs, clips and rows. Generation, evaluation, set metrics, and the dry run.

Imported from here: `requests` (what to run, on what, how), `jobs` (does it), `dry_run` (only says it), `one_pass`.
Knows models, evaluators, runs and suites; nothing of scores, comparisons or pages, which read what it leaves on disk.
"""
