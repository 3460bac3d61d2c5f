"""Rows become scores: means with intervals, totals by recipe, standings with ranks, numbers that others reported.

Imported from here: `summary` (scores), `standings`, `totals`, `recipes`, `breakdown`, `reported`, `wording` (numbers as
text). Knows cards and `bench.statistics`; generates and measures nothing. (`bench.scores` is the public function.)
"""
