"""`postwright doctor`: one file per group of things that it looks at."""

from postwright.cli.doctor.command import command

__all__ = ["command"]
