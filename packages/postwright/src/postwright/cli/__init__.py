"""The command `postwright`: one file per command, imported only when it is called."""

from postwright.cli.group import SectionedCommands
from postwright.cli.place import OPTIONS, keep

main = SectionedCommands(
    name="postwright",
    module="postwright.cli",
    params=list(OPTIONS),
    callback=keep,
    sections={
        "Begin": {
            "up": "Run everything in one process, until Ctrl-C.",
            "connect": "Connect an account, with its owner's consent in a browser.",
            "accounts": "See who is connected, reconnect and disconnect them.",
            "doctor": "Look for what is wrong, and say what to do about it.",
        },
        "Post": {
            "check": "Say what is wrong with a file before anything is sent.",
            "publish": "Publish a video or photos once, now or at a time.",
            "posts": "List posts, newest first.",
            "status": "Show how a post stands, or follow it.",
            "media": "Keep the files that posts are made of.",
        },
        "Change": {
            "cancel": "Cancel a post that is not out yet.",
            "reschedule": "Give a post another time, as long as TikTok knows nothing of it.",
            "edit": "Change the text of a post, as long as TikTok knows nothing of it.",
            "retry": "Publish again what has failed, now or at a time.",
            "reconcile": "Say of a post whether it is out, where nobody could prove it.",
        },
        "Plan": {
            "forecast": "Show when what waits will go out, and why not sooner.",
            "pause": "Start nothing new: of an account, the workspace, or all.",
            "resume": "End a pause; what it held goes out, in its order.",
        },
        "Look behind": {
            "jobs": "Show what workers have in hand, what is due, and what is held.",
            "ledger": "Show the calls to TikTok: what was asked, what it said.",
            "config": "Show the settings in force.",
        },
        "Operate": {
            "worker": "Run a worker alone; several may share one database.",
            "web": "Serve what TikTok fetches, alone.",
            "installation": "Say which copy of the data goes on: two would post everything twice.",
            "api-keys": "Make, list and end the keys that programs use the API with.",
            "keys": "Look after the master key, with which secrets are sealed.",
        },
    },
    help="""Publishes videos and photos to TikTok: asked once, posted once.

    \b
    Try it without a TikTok account:
      postwright up --emulator                    in one terminal
      postwright connect tiktok                   in another one
      postwright publish clip.mp4 --account @demo \\
          --caption "First light" --privacy public --wait

    \b
    Ask a service on another machine:
      export POSTWRIGHT_URL=https://post.example.com
      postwright --key-file ~/.postwright-key posts

    Settings are POSTWRIGHT_* variables; `postwright config show` lists them.
    """,
)

__all__ = ["main"]
