"""What tells two runs apart, how sure that is, and whether it is good enough.

Imported from here: `compare` (finds runs and pairs them), `differences` (the nouns), `gates`; for readers `columns`
(the table), `notes`, `plots`, `markdown`, `records` (frame and JSON), `extreme_cases`. Behind them: `by_case` and
`by_set` (the statistics), `verdicts` (the decision). Knows scores, runs and evaluators' distances; generates and
measures nothing.
"""
