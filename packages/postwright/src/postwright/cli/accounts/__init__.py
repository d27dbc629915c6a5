"""`postwright accounts`: who is connected; one file per command."""

from postwright.cli.group import DefaultCommands

command = DefaultCommands(
    name="accounts",
    module="postwright.cli.accounts",
    default="list",
    commands={
        "list": "List connected accounts, and what they need.",
        "show": "Show an account: how it stands, what is on, what mends it.",
        "reconnect": "Connect an account again: the same one, with a new consent.",
        "disconnect": "Disconnect an account: TikTok is told, its tokens are deleted.",
    },
    help="""See who is connected, reconnect and disconnect them.

    Without a command it lists them.

    A new account is connected with `postwright connect tiktok`.
    """,
)

__all__ = ["command"]
