"""`postwright installation`: which copy of the data goes on; one file per command."""

from postwright.cli.group import DefaultCommands

command = DefaultCommands(
    name="installation",
    module="postwright.cli.installation",
    default="show",
    commands={
        "show": "Show which copy this is, and whether it may go on.",
        "confirm": "Say that this copy of the data is the one that goes on.",
        "doubt": "Hold everything, because this may be a copy.",
    },
    help="""Say which copy of the data goes on: two would post everything twice.

    Without a command it shows how things stand.

    A copied data folder, a restored backup and a stand-by that took over notice what they are.
    Then nothing is posted, and no token is refreshed, until a person confirms.
    """,
)

__all__ = ["command"]
