"""The command line: commands in groups, their options, and what a terminal shows.

Imported from here: `commands.app`, by the `bench` script. Each command parses, calls one library function, prints.
Knows every room, and no room knows it.
"""
