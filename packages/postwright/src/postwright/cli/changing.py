"""Which post a command changes, and which version of it was seen."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

version_option = click.option(
    "--version",
    type=click.IntRange(min=1),
    metavar="N",
    help="The content_version you have seen; another one is refused.",
)


def named_post(function: F) -> F:
    """Add what names the post and the version of it: `id` and `version`."""
    return click.argument("id", metavar="ID")(version_option(function))
