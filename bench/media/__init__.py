"""Pixels in and out: pictures, video, the input image as a model was given it, digests of clips.

Imported from here: `pictures` and `video`, the doors to what reads files; `digests`, `encoding`, `clip_view`,
`input_image`, `paths` and the like. No other room decodes, encodes, resizes or converts colours. Knows `bench.base`,
`bench.types`, `bench.errors`.
"""
