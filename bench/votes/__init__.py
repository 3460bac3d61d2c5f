"""What people prefer: the file of votes, the next question, ratings, and how far metrics agree with them.

Imported from here: `vote` and `vote_file`, `next_question`, `polls` (everything about a file of votes), `ratings`,
`agreement`, `texts`. Knows scores and `bench.statistics`.
"""
