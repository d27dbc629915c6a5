"""`python -m tiktok_emulator` is the command."""

from tiktok_emulator.cli import main

main()
