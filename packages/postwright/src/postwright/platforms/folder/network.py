"""Posts videos into a folder: a network without a server, for trying out and for archives.

    <folder>/<id>/      a post: settings.json and the video
    <folder>/.<id>/     being uploaded; cancelled, `.<id>.cancelled`

Everything of it appears at once, by one renaming after the last byte. An id ends in the size of
the file, so that whoever looks at a folder whose last writer has died can tell whether it is whole.
"""

import asyncio
import json
import mimetypes
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from postwright.errors import Advice, StorageTrouble
from postwright.kit.ids import new_key
from postwright.kit.text import storable
from postwright.media.findings import Finding
from postwright.platforms.answers import (
    AddressDead,
    CancelAnswer,
    Cancelled,
    Consent,
    CreatorAnswer,
    CreatorReady,
    GrantAnswer,
    Granted,
    Identity,
    Lost,
    NotCancellable,
    NotKnown,
    OpenAnswer,
    Opened,
    OutOfStep,
    Phase,
    Refusal,
    Refused,
    RevokeAnswer,
    Revoked,
    SendAnswer,
    Status,
    StatusAnswer,
    Stored,
)
from postwright.platforms.base import (
    Asking,
    CallFacts,
    Caps,
    Choice,
    Limit,
    Registered,
    listener,
)
from postwright.platforms.content import Content, Kind, Media, Mode, Plan, Source, Texts
from postwright.platforms.purpose import Purpose
from postwright.platforms.report import Explained, Outcome, Reported

_CHUNK_BYTES: Final = 16 * 1024**2
_FOR_EVER: Final = timedelta(days=36_500)
_WORDS: Final = {
    "folder_missing": Explained("The folder is not there, or not to be written to.", Advice.FIX),
    "not_taken": Explained("A folder takes videos only, and has no inbox for drafts.", Advice.FIX),
    "cancelled": Explained("It was cancelled before its last byte.", Advice.GIVE_UP),
    "state_mismatch": Explained("What came back belongs to another attempt.", Advice.RETRY),
}
T = TypeVar("T")


class FolderOpener:
    """Opens folders; an app's base_url is the folder."""

    def open(self, app: Registered) -> "FolderNetwork":
        """The folder of this app."""
        return FolderNetwork(Path(app.base_url))

    async def close(self) -> None:
        """Do nothing: nothing is open."""


class FolderNetwork:
    """One folder."""

    name = "the folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def consent(self, redirect_uri: str, scopes: frozenset[str], *, always_ask: bool) -> Consent:
        """A consent that leads straight back: whoever may write to the folder has consented."""
        state = secrets.token_urlsafe(16)
        url = f"{redirect_uri}?{urlencode({'code': 'folder', 'state': state})}"
        return Consent(url, state, redirect_uri, scopes)

    async def exchange(self, consent: Consent, callback: str) -> GrantAnswer:
        """Take the consent that came back."""
        if parse_qs(urlsplit(callback).query).get("state") != [consent.state]:
            return Refused(Refusal.REQUEST, "state_mismatch")
        return self._granted(consent.scopes)

    async def identity(self, token: str) -> Identity | Refused | Lost:
        """The folder's name."""
        return Identity(self._folder.name, str(self._folder))

    async def refresh(self, refresh_token: str) -> GrantAnswer:
        """Nothing has changed."""
        return self._granted(frozenset())

    async def revoke(self, access_token: str) -> RevokeAnswer:
        """Nothing is kept about anybody."""
        return Revoked()

    def _granted(self, scopes: frozenset[str]) -> Granted:
        return Granted(str(self._folder), scopes, "folder", "folder", _FOR_EVER, _FOR_EVER)

    def scopes(self, purpose: Purpose) -> frozenset[str]:
        """None."""
        return frozenset()

    def source(self, kind: Kind, wanted: Source) -> Source:
        """Always an upload."""
        return Source.UPLOAD

    def plan(self, size_bytes: int) -> Plan:
        """Cut into ranges of 16 MiB."""
        count = max(1, size_bytes // _CHUNK_BYTES)
        return Plan(size_bytes, _CHUNK_BYTES if count > 1 else size_bytes, count)

    def limit(self, asking: Asking, kind: Kind, mode: Mode) -> Limit | None:
        """None."""
        return None

    def caps(self) -> Caps:
        """None."""
        return Caps()

    def is_public(self, settings: dict[str, Any]) -> bool:
        """Whoever sees the folder sees all that is in it."""
        return True

    def report(
        self,
        kind: Kind,
        mode: Mode,
        settings: dict[str, Any],
        facts: dict[str, Any] | None,
    ) -> Sequence[Reported]:
        """All are written down beside the video."""
        return [Reported(name, asked, Outcome.APPLIED) for name, asked in settings.items()]

    def explain(self, code: str) -> Explained | None:
        """The folder's few codes in words."""
        return _WORDS.get(code)

    def choose(self, kind: Kind, said: Mapping[str, Any], texts: Texts) -> Choice:
        """All that is said is written down."""
        return Choice(Mode.DIRECT, {"title": texts.content, **said}, texts.content)

    def said(
        self, kind: Kind, mode: Mode, settings: Mapping[str, Any]
    ) -> tuple[Texts, dict[str, Any]]:
        """All but the title was said as it is."""
        rest = {name: value for name, value in settings.items() if name != "title"}
        return Texts(settings.get("title", "")), rest

    def field(self, finding: Finding, kind: Kind) -> str:
        """All that it finds is about the post as a whole."""
        return ""

    def findings(
        self,
        content: Content,
        probes: Sequence[dict[str, Any]],
        facts: dict[str, Any] | None,
    ) -> Sequence[Finding]:
        """Only videos, and no drafts."""
        if _takes(content):
            return ()
        says = _WORDS["not_taken"].says
        return (Finding("error", "folder.not_taken", "post", says, fix="Post one video directly."),)

    def profile_url(self, handle: str) -> str:
        """The folder."""
        return self._folder.absolute().as_uri()

    def post_url(self, handle: str, post_id: str, kind: Kind) -> str:
        """The folder of the post."""
        return (self._folder / post_id).absolute().as_uri()

    async def creator(self, token: str, mode: Mode) -> CreatorAnswer:
        """Whether the folder is there."""
        if self._folder.is_dir():
            return CreatorReady()
        return Refused(Refusal.ACCOUNT, "folder_missing", _WORDS["folder_missing"].says)

    async def open(self, token: str, content: Content) -> OpenAnswer:
        """Make the hidden folder of a post, with its settings."""
        if not _takes(content):
            return Refused(Refusal.REQUEST, "not_taken", _WORDS["not_taken"].says)
        publish_id = f"{secrets.token_hex(8)}-{content.plan.size_bytes}"
        place = self._hidden(publish_id)

        def make() -> OpenAnswer:
            place.mkdir()
            (place / "settings.json").write_text(json.dumps(content.settings), encoding="utf-8")
            return Opened(publish_id, place.absolute().as_uri())

        return await _noted("open", make)

    async def send(
        self, upload_url: str, media: Media, plan: Plan, offset: int, tell: Callable[[int], None]
    ) -> SendAnswer:
        """Write a range; after the last one the post is there."""
        publish_id = unquote(urlsplit(upload_url).path).rpartition("/.")[2]
        first, last = plan.range_at(offset)
        suffix = mimetypes.guess_extension(media.content_type) or ""

        def write() -> SendAnswer:
            place = self._hidden(publish_id)
            if not place.is_dir():
                return AddressDead("gone")
            file = place / f"video{suffix}"
            file.touch()
            there = file.stat().st_size
            if there < first:
                return OutOfStep(there)
            data = media.source.read(first, last + 1 - first)
            with file.open("r+b") as out:
                out.seek(first)
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            return Stored(complete=self._settle(publish_id), received=last + 1)

        answer = await _noted("send", write)
        if isinstance(answer, Stored):
            tell(last + 1)
        return answer

    async def status(self, token: str, publish_id: str) -> StatusAnswer:
        """Look where the folder of the post is."""

        def look() -> StatusAnswer:
            if self._hidden(publish_id).is_dir() and not self._settle(publish_id):
                return Status(Phase.PROCESSING, received=self._received(publish_id))
            if (self._folder / publish_id).is_dir():
                return Status(Phase.COMPLETE, _size(publish_id), post_ids=(publish_id,))
            if self._cancelled(publish_id).is_dir():
                return Status(Phase.FAILED, fail_reason="cancelled", fail_is_cancel=True)
            return NotKnown("gone")

        return await _noted("status", look)

    async def cancel(self, token: str, publish_id: str) -> CancelAnswer:
        """Put what is hidden away for good."""

        def away() -> CancelAnswer:
            try:
                self._hidden(publish_id).rename(self._cancelled(publish_id))
            except FileNotFoundError:
                return NotCancellable("gone")
            return Cancelled()

        return await _noted("cancel", away)

    def _hidden(self, publish_id: str) -> Path:
        return self._folder / f".{publish_id}"

    def _cancelled(self, publish_id: str) -> Path:
        return self._folder / f".{publish_id}.cancelled"

    def _received(self, publish_id: str) -> int:
        return sum(file.stat().st_size for file in self._hidden(publish_id).glob("video*"))

    def _settle(self, publish_id: str) -> bool:
        """Show the post if all of it is there; two who do that at once both succeed."""
        if self._received(publish_id) < _size(publish_id):
            return False
        try:
            self._hidden(publish_id).rename(self._folder / publish_id)
        except FileNotFoundError:
            return (self._folder / publish_id).is_dir()
        return True


def _takes(content: Content) -> bool:
    return content.kind is Kind.VIDEO and content.mode is Mode.DIRECT


def _size(publish_id: str) -> int:
    return int(publish_id.rpartition("-")[2])


async def _noted(operation: str, work: Callable[[], T]) -> T | Lost:
    """Do it in a thread, and tell whoever listens."""
    started_at = datetime.now(UTC)  # lint: bare-now - calls are dated where they are made
    began = monotonic()
    try:
        return await asyncio.to_thread(work)
    except (OSError, StorageTrouble) as error:
        return Lost(sent=True, why=storable(str(error)))
    finally:
        if told := listener.get():
            elapsed_ms = round((monotonic() - began) * 1000)
            named = f"folder.{operation}"
            told(CallFacts(new_key(), named, started_at, elapsed_ms, None, "", "", ""))
