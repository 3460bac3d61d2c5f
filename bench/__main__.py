"""`python -m bench` is `bench`."""

from bench.cli.commands import app

app(prog_name="bench")
