"""The errors a person meets: what happened, why, and what to do about it.

AppError
├─ BadInput            something that was given is wrong; nothing was stored
├─ NotFound            there is no such account, post or file
├─ Conflict            it exists, but its state does not allow this
├─ NeedsReconnect      the account's authorisation has ended
├─ NetworkTrouble      TikTok did not answer, or refused
├─ PublishFailed       the publication ended without a post
├─ NotFinished         it has not ended in the time that was given
├─ StorageTrouble      database or disk: not there, full, not ours
└─ Misconfigured       a setting is missing or wrong

Slices derive their own from these. Each has a stable `code` for machines and an `exit_code` for
shells; docs/reference/exit-codes.md lists them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar


class Advice(StrEnum):
    """What to do after an error, for people and for programs alike."""

    RETRY = "retry"
    WAIT = "wait"
    RECONNECT = "reconnect"
    FIX = "fix"
    GIVE_UP = "give_up"
    ASK_STATUS = "ask_status"


class AppError(Exception):
    """An error with a message for a person.

    Args:
        what: what happened, one sentence with the file, field or account in it.
        why: the rule or the cause.
        fix: what to do now, in words that fit anywhere.
        command: the command that does it, for whoever is at a terminal.
        param: the field that caused it, as the caller wrote it; empty if it was none.
        details: more, for programs, such as each finding of a check; must be JSON.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    advice: ClassVar[Advice] = Advice.GIVE_UP

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        fix: str = "",
        command: str = "",
        param: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.command = command
        self.param = param
        self.details = dict(details or {})

    def to_dict(self) -> dict[str, str]:
        """The shape of `--json` errors: code, advice, what, why, fix, command."""
        return {
            "code": self.code,
            "advice": self.advice.value,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "command": self.command,
        }


class BadInput(AppError):
    """Something that was given is wrong; nothing was stored."""

    code = "bad_input"
    exit_code = 3
    advice = Advice.FIX


class NotFound(AppError):
    """There is no such account, post or file."""

    code = "not_found"
    exit_code = 4
    advice = Advice.FIX


class Conflict(AppError):
    """It exists, but its state does not allow this."""

    code = "conflict"
    exit_code = 5
    advice = Advice.GIVE_UP


class NeedsReconnect(AppError):
    """The account's authorisation has ended, or was never complete."""

    code = "needs_reconnect"
    exit_code = 6
    advice = Advice.RECONNECT


class NetworkTrouble(AppError):
    """TikTok did not answer, or not with what was asked for."""

    code = "network_trouble"
    exit_code = 7
    advice = Advice.RETRY


class PublishFailed(AppError):
    """The publication ended without a post."""

    code = "publish_failed"
    exit_code = 8
    advice = Advice.FIX


class NotFinished(AppError):
    """The publication has not ended in the time that was given."""

    code = "not_finished"
    exit_code = 9
    advice = Advice.ASK_STATUS


class StorageTrouble(AppError):
    """Database or disk: not there, full, or not ours to write."""

    code = "storage_trouble"
    exit_code = 10
    advice = Advice.FIX


class Misconfigured(AppError):
    """A setting is missing or wrong."""

    code = "misconfigured"
    exit_code = 11
    advice = Advice.FIX
