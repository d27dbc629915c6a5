"""`postwright api-keys`: keys to the API; one file per command."""

from postwright.cli.group import Commands

command = Commands(
    name="api-keys",
    module="postwright.cli.api_keys",
    commands={
        "create": "Make a key to the API, and print it: this once.",
        "list": "List the keys to the API.",
        "revoke": "End a key: it is refused, a second later at most.",
    },
    help="""Make, list and end the keys that programs use the API with.

    \b
    Example:
      curl -H "Authorization: Bearer $(postwright api-keys create --name me)" \\
          http://127.0.0.1:8710/v1/auth/verify
    """,
)

__all__ = ["command"]
