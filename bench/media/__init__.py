"""Pixels in and out: pictures, video, the input image as a model was given it, digests of clips.

Imported from here: `pictures`, `video`, `digests`, `paths`, `input_image`. No other room decodes, encodes, resizes or
converts colours. Knows `bench.base`, `bench.types`, `bench.errors`.
"""
