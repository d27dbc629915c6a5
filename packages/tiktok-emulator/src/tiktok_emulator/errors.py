"""Why something was refused, for the caller (TikTok's words) and for the developer (ours).

Refusal                 a request that is answered with an error
├─ OAuthRefusal         flat: {"error", "error_description", "log_id"}
├─ PageRefusal          shown on the consent page; nothing is sent back to the app
├─ CallbackRefusal      sent back to the app's redirect address, with more than OAuth has
├─ PostingRefusal       {"error": {"code", "message", "log_id"}}, without `data`
└─ UploadRefusal        a bare HTTP status
ConnectionDropped       in-process only: what a client on a socket sees as a closed connection
EmulatorError           the emulator itself cannot be set up, or commanded, as asked
"""


class Refusal(Exception):
    """A request answered with an error.

    `code` and `message` go over the wire. `rule` is the id of the row in the specification
    that was broken and `why` says, for the request log, what was wrong and what mends it.
    Neither may contain a token or a secret.
    """

    def __init__(self, status: int, code: str, message: str, *, rule: str, why: str) -> None:
        super().__init__(f"{status} {code}: {why}")
        self.status = status
        self.code = code
        self.message = message
        self.rule = rule
        self.why = why


class OAuthRefusal(Refusal):
    """Refused at the token or revoke endpoint; the HTTP status comes from the settings."""

    def __init__(self, code: str, message: str, *, rule: str, why: str) -> None:
        super().__init__(0, code, message, rule=rule, why=why)


class PageRefusal(Refusal):
    """Refused before consent: the person sees it, the app hears nothing."""

    def __init__(self, code: str, message: str, *, rule: str, why: str) -> None:
        super().__init__(400, code, message, rule=rule, why=why)


class CallbackRefusal(Refusal):
    """Refused after the request was understood: the browser goes back to the app with this."""

    def __init__(self, code: str, message: str, *, error_type: str, rule: str, why: str) -> None:
        super().__init__(302, code, message, rule=rule, why=why)
        self.error_type = error_type


class PostingRefusal(Refusal):
    """Refused by a Content Posting endpoint."""


class UploadRefusal(Refusal):
    """Refused by the upload address; carries how much is stored, where that is known."""

    def __init__(
        self, status: int, code: str, *, rule: str, why: str, content_range: str | None = None
    ) -> None:
        super().__init__(status, code, "", rule=rule, why=why)
        self.content_range = content_range


class ConnectionDropped(Exception):  # it is what happened, not a mistake
    """Raised out of the app when a fault closes the connection and there is no socket to close."""


class EmulatorError(Exception):
    """The emulator cannot start or be changed as asked; the message says what mends it."""


class NotAnEmulator(EmulatorError):
    """Something answers at an address, but no emulator."""


class PortTaken(EmulatorError):
    """Another process listens on the port."""


class ClockOutOfRange(EmulatorError):
    """The clock was to be moved to where there is no calendar."""


class SeedInvalid(EmulatorError):
    """Apps or creators that TikTok would not have."""
