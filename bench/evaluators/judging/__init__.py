"""Vision-language models that answer fixed questions about a clip: what the evaluator `judge` asks, and whom.

Imported from here by module: `pictures` (frames as they are sent), `questions` (the texts, and how answers are read),
`server` (an OpenAI-compatible address), `checkpoint` (a local model), `asking` (answers that are kept, so that none is
paid for twice), `spending` (what was paid). Knows `bench.base`, `bench.media`, `nets` and `bench.types`, and no
evaluator.
"""
