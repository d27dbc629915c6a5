"""Fetches a file from an address that a stranger gave: from the public network, and no further.

Where an address leads is looked up once, and what was looked up is what is connected to. Every
redirect is looked at like the first address. What comes is written down as it comes; a connection
that breaks off is taken up where it ended, if the other side has said what its file is known by.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from pydantic import SecretStr

from postwright.config import MediaSettings
from postwright.errors import Advice, BadInput, NetworkTrouble
from postwright.kit.fetch import FetchFailed, Line, NotAllowed, Streamed, stream
from postwright.kit.reach import Networks, is_known_private
from postwright.kit.text import storable
from postwright.media.errors import TooLarge
from postwright.media.store import Arrival
from postwright.media.uploads import shown_name

MOST_REDIRECTS = 3
IDLE_S = 30.0

_LONGEST_URL = 4096
# Of this machine itself, where it has a public address: what it shows to everybody.
_OWN_PORTS = (80, 443)
_CONTINUATIONS = 8
_PAUSE_S = 0.5
_REDIRECTS = {301, 302, 303, 307, 308}
_LATER = {408, 425, 429}
_PRINTABLE = re.compile(r"[!-~\u0080-\U0010ffff]+")
_KEEPS = "/%:@!$&'()*+,;=-._~"
_TEXT = re.compile(rb"\s*(<!doctype|<html|<\?xml|<head|[{\[]|%PDF)", re.IGNORECASE)

# Told (bytes done, bytes in all or None).
Told = Callable[[int, int | None], None]


class AddressRefused(BadInput):
    """The address is none that a file is fetched from."""

    code: ClassVar[str] = "address_refused"

    def __init__(self, shown: str, why: str) -> None:
        super().__init__(
            f"Nothing is fetched from {shown}.",
            why=why,
            fix="Give an http or https address of the public network, or upload the file.",
        )


class AddressFailed(BadInput):
    """The address gives no file: it is wrong, or its server wants somebody else."""

    code: ClassVar[str] = "address_failed"

    def __init__(self, shown: str, why: str) -> None:
        super().__init__(
            f"There is no file at {shown}.",
            why=why,
            fix="Open it in a private window of a browser: it has to give the file itself.",
        )


class AddressAway(NetworkTrouble):
    """The address does not answer as it should now; it may later."""

    code: ClassVar[str] = "address_away"
    advice: ClassVar[Advice] = Advice.RETRY

    def __init__(self, shown: str, why: str) -> None:
        super().__init__(
            f"{shown} could not be fetched.", why=why, fix="Is it there? Try again later."
        )


class _Changed(Exception):
    """What broke off is given from its start again: the other side cannot go on, or has another."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a fetch goes.

    Attributes:
        allowed: networks that files may be fetched from though they are private.
        most_bytes: of a file.
        timeout_s: longest time for all of it.
        proxy: address of an HTTP proxy, or empty. It is told the machine, not the name.
        line: for tests, how to get out.
    """

    allowed: Networks
    most_bytes: int
    timeout_s: float
    proxy: str = field(default="", repr=False)
    line: Line = field(default_factory=Line)

    @classmethod
    def of(cls, settings: MediaSettings, proxy: SecretStr) -> "Reach":
        """As the settings say."""
        return cls(
            settings.allowed_networks,
            settings.file_bytes,
            settings.ingest_timeout_s,
            proxy.get_secret_value(),
        )

    def to_line(self) -> Line:
        """How to get out."""
        return replace(
            self.line,
            proxy=self.proxy,
            public_only=True,
            tells_proxy=True,
            allowed=self.allowed,
            own_ports=_OWN_PORTS,
        )


def checked(url: str) -> str:
    """An address as it is asked, without its fragment; nothing is looked up for it.

    Raises:
        AddressRefused: it is none of a file on the web.
    """
    if not _PRINTABLE.fullmatch(url) or len(url) > _LONGEST_URL or "\\" in url:
        raise AddressRefused(shown(url), "It is too long, or has letters that no address has.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        name = host if ":" in host else host.rstrip(".").encode("idna").decode()
    except ValueError:
        raise AddressRefused(shown(url), "It is no address.") from None
    if parts.scheme not in {"http", "https"}:
        raise AddressRefused(shown(url), "It does not begin with https:// or http://.")
    if not name or "%" in name:
        raise AddressRefused(shown(url), "It names no host.")
    if "@" in parts.netloc:
        raise AddressRefused(shown(url), "It holds a user name or a password.")
    netloc = f"[{name}]" if ":" in name else name
    netloc += f":{parts.port}" if parts.port is not None else ""
    path, query = quote(parts.path, safe=_KEEPS), quote(parts.query, safe=f"{_KEEPS}?")
    return urlunsplit((parts.scheme, netloc, path or "/", query, ""))


def outside(url: str, allowed: Networks) -> str:
    """The same, of an address from which a file is to be fetched.

    What is plainly private is refused at once; where a name leads is seen when it is fetched.

    Raises:
        AddressRefused: it is none of a file on the web, or leads into a private network that is
            not `allowed`.
    """
    plain = checked(url)
    if is_known_private(urlsplit(plain).hostname or "", allowed=allowed):
        raise AddressRefused(shown(url), "It leads into a private network.")
    return plain


def shown(url: str) -> str:
    """An address for people: without what may be secret in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return storable(url[:40])
    plain = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return storable(plain)[:200] or "this"


def name_in(url: str) -> str:
    """What the file at an address is called there."""
    return shown_name(unquote(urlsplit(url).path))


def redirected(url: str, at: str, location: str) -> str:
    """Where a redirect leads.

    Args:
        url: what was asked for at first.
        at: what has answered.
        location: what it says.

    Raises:
        AddressFailed: it does not say where.
        AddressRefused: it leads where nothing is fetched from, or from https to http.
    """
    if not location:
        raise AddressFailed(shown(url), "It leads on, and does not say where.")
    there = checked(urljoin(at, location.encode("latin-1").decode("utf-8", "replace")))
    if urlsplit(at).scheme == "https" and urlsplit(there).scheme == "http":
        raise AddressRefused(shown(url), f"It leads on to {shown(there)}, which is not https.")
    return there


@asynccontextmanager
async def opened(url: str, reach: Reach, *, extra: dict[str, str]) -> AsyncGenerator[Streamed]:
    """The answer of an address, after at most three redirects.

    Raises:
        AddressRefused: it, or a redirect, leads where nothing is fetched from.
        AddressFailed: it gives no file.
        AddressAway: it does not answer now.
    """
    headers = {"Accept": "video/*, image/*;q=0.9, */*;q=0.1", "Accept-Encoding": "identity"}
    at = url
    for _ in range(MOST_REDIRECTS + 1):
        try:
            async with stream(at, reach.to_line(), headers=headers | extra, idle_s=IDLE_S) as got:
                if got.status not in _REDIRECTS:
                    _refuse_answer(url, got)
                    yield got
                    return
                at = redirected(url, at, got.headers.get("location", ""))
        except NotAllowed:  # which address that is is nobody's business
            raise AddressRefused(
                shown(at), "It leads into a private network, or to this machine itself."
            ) from None
        except FetchFailed as error:
            raise AddressAway(shown(at), str(error)) from None
    raise AddressFailed(shown(url), f"It leads on more than {MOST_REDIRECTS} times.")


def nobody(_: int, __: int | None) -> None:
    """Nobody wants to hear how much has come."""


async def fetch_into(arrival: Arrival, url: str, reach: Reach, tell: Told = nobody) -> None:
    """Fetch a file, and finish its arrival.

    Args:
        arrival: where it goes.
        url: as `checked` gave it.
        reach: how far to go.
        tell: hears how much has come.

    Raises:
        AddressRefused, AddressFailed, AddressAway: as `opened` does.
        TooLarge: it has more bytes than it may.
        StorageTrouble: it cannot be written.
    """
    try:
        async with asyncio.timeout(reach.timeout_s):
            known_by = await _fetch_part(arrival, url, reach, tell, known_by="")
            for tried in range(_CONTINUATIONS):
                if known_by is None:
                    break
                await asyncio.sleep(_PAUSE_S * 2**tried)
                # Who is away may be back at the next try.
                with suppress(AddressAway):
                    known_by = await _fetch_part(arrival, url, reach, tell, known_by=known_by)
            else:
                raise AddressAway(shown(url), "It broke off again and again.")
    except _Changed:
        raise AddressAway(shown(url), "It broke off, and cannot be gone on with.") from None
    except TimeoutError:
        why = f"It was not there within {reach.timeout_s:.0f} s."
        raise AddressAway(shown(url), why) from None
    await arrival.finish()


async def _fetch_part(
    arrival: Arrival, url: str, reach: Reach, tell: Told, *, known_by: str
) -> str | None:
    """Fetch what is missing. None if it is all there; else what the file is known by."""
    begins = arrival.size_bytes
    extra = {"Range": f"bytes={begins}-", "If-Range": known_by} if begins else {}
    async with opened(url, reach, extra=extra) as answer:
        if answer.status == 206 and not _goes_on(answer, begins):
            raise AddressFailed(shown(url), "It gives a part that nobody asked for.")
        if begins and answer.status != 206:
            raise _Changed
        size = _length(answer)
        most = begins + size if size is not None else None
        if most is not None and most > reach.most_bytes:
            raise TooLarge(most, reach.most_bytes)
        try:
            async for piece in answer.pieces():
                if not arrival.size_bytes and _TEXT.match(piece):
                    raise AddressFailed(shown(url), "It is a page or a text, not the file itself.")
                if arrival.size_bytes + len(piece) > reach.most_bytes:
                    raise TooLarge(arrival.size_bytes + len(piece), reach.most_bytes)
                await arrival.write(piece)
                tell(arrival.size_bytes, most)
        except FetchFailed as error:
            known_by = known_by or _known_by(answer)
            if not known_by or not arrival.size_bytes:
                raise AddressAway(shown(url), str(error)) from None
            return known_by
    return None


def _refuse_answer(url: str, answer: Streamed) -> None:
    status = answer.status
    if status >= 500 or status in _LATER:
        raise AddressAway(shown(url), f"It answered {status}.")
    if status not in {200, 206}:
        raise AddressFailed(shown(url), f"It answered {status}.")
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise AddressFailed(shown(url), f"It comes compressed ({storable(encoding)[:40]}).")


def _goes_on(answer: Streamed, begins: int) -> bool:
    told = answer.headers.get("content-range", "").strip().lower()
    return begins > 0 and told.startswith(f"bytes {begins}-")


def _length(answer: Streamed) -> int | None:
    told = answer.headers.get("content-length", "")
    return int(told) if told.isdecimal() else None


def _known_by(answer: Streamed) -> str:
    """What the file is known by, so that another one is not taken for it; empty if nothing is."""
    etag = answer.headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return answer.headers.get("last-modified", "") if not etag else ""
