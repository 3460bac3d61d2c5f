"""Runs as files that others read: tables, the Hugging Face Hub's eval results, Every Eval Ever.

What has no value is left out, or null where a format has one; it is never 0.
"""

from bench.exports.gathering import Gathered, gather
from bench.exports.writing import FORMATS, write

__all__ = ["FORMATS", "Gathered", "gather", "write"]
