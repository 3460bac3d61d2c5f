"""What tells two runs apart, how sure that is, and whether it is good enough.

Imported from here: `compare` (the whole), `differences` (its nouns), `by_case` and `by_set` (its statistics), `report`
(its words). Knows scores, runs and evaluators' distances; generates and measures nothing.
"""
