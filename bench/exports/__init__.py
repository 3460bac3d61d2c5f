"""Runs as files that others read: tables, the Hugging Face Hub's eval results, Every Eval Ever.

Imported from here: `gather`, `write` and their nouns; `tables` by pages that hand out the same files. Knows scores,
runs and cards. A value that does not exist is left out, or null where a format has one; it is never 0.
"""

from bench.exports.gathering import Gathered, gather
from bench.exports.writing import FORMATS, write

__all__ = ["FORMATS", "Gathered", "gather", "write"]
