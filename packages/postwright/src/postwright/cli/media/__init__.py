"""`postwright media`: the files that posts are made of; one file per command."""

from postwright.cli.group import Commands

command = Commands(
    name="media",
    module="postwright.cli.media",
    commands={
        "add": "Add files to the media store.",
        "list": "List what is in the media store, newest first.",
        "show": "Show a file: what is in it, what it came from, what needs it.",
        "fix": "Mend a file for TikTok; the original stays.",
        "picture": "Take a picture out of a file in the store, as a JPEG.",
        "limits": "Say how much this workspace may store, and how long; or show it.",
        "rm": "Remove files that nothing needs.",
        "sweep": "Remove what nothing needs any more, as workers do every hour.",
    },
    help="""Keep the files that posts are made of.

    They lie in a folder, or in a bucket (POSTWRIGHT_MEDIA__URL), each once per workspace.
    """,
)

__all__ = ["command"]
