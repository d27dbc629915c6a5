"""The options that say where the service is: those of `postwright` itself.

They may stand before the command or after it, as people write them.
"""

from typing import Any

import click

OPTIONS = (
    click.Option(
        ["--url"],
        metavar="URL",
        help="Ask the service there, over its API. Default: POSTWRIGHT_URL, else this machine's.",
    ),
    click.Option(
        ["--key-file"],
        metavar="FILE",
        help="The API key for it; - asks for it. Default: POSTWRIGHT_API_KEY.",
    ),
    click.Option(
        ["--key"],
        metavar="KEY",
        help="The same in the command line, where others on this machine can see it.",
    ),
    click.Option(["--allow-http"], is_flag=True, help="Let the key cross the network unencrypted."),
)


@click.pass_context
def keep(context: click.Context, **told: Any) -> None:
    """Keep what the options say for the command."""
    context.obj = told


def take_after(command: click.Command) -> None:
    """Have a command take the options, too; one that it has itself, by this name, stays its own."""
    its = {name for param in command.params for name in param.opts}
    for option in OPTIONS:
        if its.isdisjoint(option.opts):
            command.params.append(
                click.Option(
                    option.opts,
                    is_flag=option.is_flag,
                    default=None,
                    hidden=True,
                    expose_value=False,
                    help=option.help,
                    callback=_keep_one,
                )
            )


def _keep_one(context: click.Context, option: click.Parameter, told: Any) -> None:
    if told is not None:
        context.find_root().ensure_object(dict)[option.name] = told


def given() -> dict[str, Any]:
    """The settings that the options give.

    Raises:
        Misconfigured: the file with the key cannot be read.
        UsageError: the key is given twice.
    """
    context = click.get_current_context(silent=True)
    told: dict[str, Any] = {} if context is None else context.find_root().obj or {}
    found: dict[str, Any] = {}
    if told.get("url"):
        found["url"] = told["url"]
    if told.get("allow_http"):
        found["allow_http"] = True
    if told.get("key") and told.get("key_file"):
        message = "--key and --key-file say the same: give one of them."
        raise click.UsageError(message)
    if told.get("key"):
        found["api_key"] = told["key"]
    elif told.get("key_file"):
        found["api_key"] = _key_of(told["key_file"])
    return found


def _key_of(file: str) -> str:
    if file == "-":
        return str(click.prompt("API key", hide_input=True, err=True))
    # Settings are slow to import, and these options are there for `--help`, too.
    from postwright.config import read_secret  # noqa: PLC0415  # see above

    return read_secret("--key-file", file)
