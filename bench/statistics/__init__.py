"""Statistics in NumPy: paired differences, ranks, ratings, correlations, Fréchet distances.

Imported from here: the modules by name. Arrays in, numbers out; knows no run, no metric and no file.
"""
