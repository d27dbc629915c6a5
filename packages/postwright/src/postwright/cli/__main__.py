"""`python -m postwright.cli` is the command."""

from postwright.cli import main

main()
