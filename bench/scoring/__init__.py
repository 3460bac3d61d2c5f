"""From rows to scores: means with intervals, totals by recipe, standings with ranks, and numbers published elsewhere.

Imported from here: `summary` (scores), `standings`, `totals`, `recipes` (one file per recipe), `breakdown` (one run's
scores taken apart) and `reported`. Knows cards, rows and `bench.statistics`; generates and measures nothing. (The
public function is `bench.scores`.)
"""
