"""`python -m bench` is `bench`."""

from bench.cli import app

app(prog_name="bench")
