"""`postwright keys`: the master key; one file per command."""

from postwright.cli.group import Commands

command = Commands(
    name="keys",
    module="postwright.cli.keys",
    commands={
        "check": "Say whether the master key opens what is stored.",
        "rotate": "Make a new master key and seal everything with it.",
    },
    help="""Look after the master key, with which secrets are sealed.

    It is in a file of its own (POSTWRIGHT_KEY_FILE) or given by POSTWRIGHT_KEY.
    """,
)

__all__ = ["command"]
