"""What people prefer: the ballot file, the next question, ratings, and how far metrics agree with them.

Imported from here: `ballot_file`, `next_question`, `polls`, `tables`. Knows scores and `bench.statistics`.
"""
