"""A group of commands that are imported when they are called, not to be listed."""

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click

from postwright.cli.boundary import guarded
from postwright.cli.place import take_after


class Commands(click.Group):
    """Holds names and one-line helps; each command is `command` in the module of its name.

    Args:
        module: the package with the commands.
        commands: the one-line help of each, in the order in which they are listed.
        options: passed on to click.
    """

    def __init__(self, *, module: str, commands: Mapping[str, str], **options: Any) -> None:
        super().__init__(context_settings={"help_option_names": ["-h", "--help"]}, **options)
        self._module = module
        self._helps = commands

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names, in the order of a first use."""
        return list(self._helps)

    def get_short_help(self, name: str) -> str:
        """The line that the list has for a command."""
        return self._helps[name]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Import a command."""
        if cmd_name not in self._helps:
            return None
        command: click.Command = importlib.import_module(
            f"{self._module}.{cmd_name.replace('-', '_')}"
        ).command
        if not isinstance(command, click.Group):
            take_after(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; what is close to a mistyped name is suggested."""
        if args[0] not in self._helps and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=self._helps, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._helps.items()))

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Run this process's command line; ends it with the exit code."""
        guarded(self, sys.argv[1:])


class SectionedCommands(Commands):
    """A group of so many commands that they are listed in sections.

    Args:
        sections: commands and their one-line helps, by what they are for.
        options: as of `Commands`.
    """

    def __init__(self, *, sections: Mapping[str, Mapping[str, str]], **options: Any) -> None:
        every = {name: told for section in sections.values() for name, told in section.items()}
        super().__init__(commands=every, **options)
        self._sections = sections
        self._width = max(map(len, every))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands, section by section, in one column."""
        for title, commands in self._sections.items():
            with formatter.section(title):
                rows = [(name.ljust(self._width), told) for name, told in commands.items()]
                formatter.write_dl(rows)


class DefaultCommands(Commands):
    """A group of which one command is meant where none is named.

    Args:
        default: its name.
        options: as of `Commands`.
    """

    def __init__(self, *, default: str, **options: Any) -> None:
        super().__init__(**options)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default's name where none is."""
        helps = set(ctx.help_option_names)
        if not args or (args[0].startswith("-") and args[0] not in helps):
            args = [self._default, *args]
        return super().parse_args(ctx, args)
