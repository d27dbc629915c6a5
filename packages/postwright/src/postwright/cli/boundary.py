"""The one place where errors become messages and exit codes. Nobody sees a traceback."""

import contextlib
import errno
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from postwright.cli import printing
from postwright.errors import Advice, AppError, StorageTrouble

USAGE = 2
INTERRUPTED = 130

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


class Usage(AppError):
    """The command line is wrong; `--help` shows how it goes."""

    code = "usage"
    exit_code = USAGE
    advice = Advice.FIX


class Fault(AppError):
    """A fault of ours; the message asks to report it."""

    code = "fault"


def guarded(command: click.Command, args: Sequence[str]) -> NoReturn:
    """Run a command line and end the process: with the command's exit code, or its error's."""
    given = list(args)
    as_json = "--json" in given[: given.index("--")] if "--" in given else "--json" in given
    _all_there()
    _encodable()
    try:
        code = _run(command, given, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        code = 1
        _write_nowhere()
    except OSError as error:
        _write_nowhere()
        code = _tell(_no_room(error), as_json=False)
    sys.exit(code)


def _run(command: click.Command, args: list[str], *, as_json: bool) -> int:
    try:
        with command.make_context("postwright", args) as context:
            result = command.invoke(context)
            return result if isinstance(result, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else error.format_message(), err=True)
        return USAGE
    except click.ClickException as error:
        return _tell(_usage(error), as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except AppError as error:
        return _tell(error, as_json=as_json)
    except BaseExceptionGroup as group:
        known = group.subgroup(AppError)
        if group.subgroup(KeyboardInterrupt):
            return INTERRUPTED
        return _tell(_first(known) if known else _unknown(group), as_json=as_json)
    except Exception as error:  # noqa: BLE001  # the boundary: whatever it is, it ends as a message
        return _tell(_unknown(error), as_json=as_json)


def _tell(error: AppError, *, as_json: bool) -> int:
    if as_json:
        printing.json_line({"error": error.to_dict()})
    else:
        printing.error(error)
    return error.exit_code


def _no_room(error: OSError) -> StorageTrouble:
    said = error.strerror or str(error)
    return StorageTrouble(
        "Something could not be written.",
        why=f"{error.filename}: {said}" if error.filename else said,
        fix="Make room where the data folder is and where the output goes, and try again.",
    )


def _first(group: BaseExceptionGroup[AppError]) -> AppError:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, AppError)
    return found


def _usage(error: click.ClickException) -> Usage:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return Usage(error.format_message())
    return Usage(
        error.format_message(),
        why=context.get_usage().replace("Usage: ", "It goes: ", 1),
        fix=f"{context.command_path} --help shows more.",
    )


def _unknown(error: BaseException) -> AppError:
    """What to say of an error that nobody expected."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return _no_room(error)
    return _fault(error)


def _fault(error: BaseException) -> Fault:
    log = _write_log(error)
    return Fault(
        "Something went wrong inside Postwright. This is a fault of ours.",
        why=f"{type(error).__name__}. Nothing that was recorded is lost.",
        fix=f"Try again; if it stays, report it with {log}."
        if log
        else "Try again; if it stays, report it.",
    )


def _write_log(error: BaseException) -> Path | None:
    """Append the traceback to crash.log in the data folder, or in the one for temporary files."""
    text = "".join(traceback.format_exception(error))
    for folder in (_data_dir(), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            if folder is None:
                continue
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            log = folder / "crash.log"
            descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
                file.write(f"--- {datetime.now(UTC).isoformat()} {sys.argv[1:2]}\n{text}\n")
            return log
    return None


def _data_dir() -> Path | None:
    # Settings may be what is broken, and are slow to import; only needed when all is lost anyway.
    from postwright.config import Settings  # noqa: PLC0415  # see above

    with contextlib.suppress(Exception):
        return Settings().data_dir
    return None


def _all_there() -> None:
    """Open what was closed of stdin, stdout and stderr, lest a file takes its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _write_nowhere() -> None:
    """Drop what is left of the output. Python would complain once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _encodable() -> None:
    """Print what a terminal cannot show as '?', rather than not at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
