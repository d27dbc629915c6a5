"""Bodies that are files: taken as they come, never whole in memory."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from postwright.api.errors import BodyTooLarge, InvalidRequest, MediaTypeUnsupported, RateLimited
from postwright.api.parts import PartsOf
from postwright.media.uploads import Announced

FILES = "files"
_LONGEST_HEAD = 16 * 1024
_MOST_PARTS = 100
_AT_ONCE_BYTES = 32 * 1024
_OF_ONE_ADDRESS = 2


class CutOff(InvalidRequest):
    """The connection ended before the file did; nothing was stored, and it can be sent again."""

    code = "upload_cut_off"


async def pieces_of(request: Request) -> AsyncGenerator[bytes]:
    """A body, piece by piece.

    Raises:
        CutOff: the other side has gone.
    """
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise CutOff("The connection ended before the file did.", fix="Send it again.")
        if body := message.get("body"):
            yield body
        if not message.get("more_body"):
            return


def refuse_coded(request: Request) -> None:
    """Refuse a body that is not the bytes themselves, all of them, before any is read.

    Raises:
        InvalidRequest: it is a part of them.
        MediaTypeUnsupported: it is compressed.
    """
    if "content-range" in request.headers:
        raise InvalidRequest(
            "The body is a part of the file; a file is sent whole, in one request.",
            fix="Send it again from its start, without Content-Range.",
        )
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise MediaTypeUnsupported(
            "The body is compressed; this takes the bytes as they are.",
            fix="Send it without Content-Encoding: videos and photos get no smaller by it.",
        )


class Places:
    """How many files are taken at once; each takes some memory and a part of the disk's time.

    Of one address two, so that whoever has an address does not keep out all others.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = Counter[str]()

    @asynccontextmanager
    async def one(self, address: str = "") -> AsyncGenerator[None]:
        """Take a place until the block ends.

        Args:
            address: where the file is sent to, if that is good for one file only.

        Raises:
            RateLimited: there is none.
        """
        if self._taken.total() >= self._places:
            raise _full(f"{self._places} files are being taken, which is as many as may be at once")
        if address and self._taken[address] >= _OF_ONE_ADDRESS:
            raise _full("This file is being sent twice already")
        self._taken[address] += 1
        try:
            yield
        finally:
            self._taken[address] -= 1
            self._taken = +self._taken  # what is left at zero


async def _places(request: Request, parts: PartsOf) -> Places:
    state = request.app.state
    if not hasattr(state, "uploading"):
        state.uploading = Places(parts.settings.web.uploads)
    places: Places = state.uploading
    return places


PlacesOf = Annotated[Places, Depends(_places)]


def _full(what: str) -> RateLimited:
    return RateLimited(f"{what}.", retry_after_s=5)


@dataclass(slots=True)
class _Told:
    """What the parser tells of a form, in its order."""

    events: deque[tuple[str, bytes]] = field(default_factory=deque[tuple[str, bytes]])

    def begin(self) -> None:
        self.events.append(("begin", b""))

    def name(self, data: bytes, start: int, end: int) -> None:
        self.events.append(("name", data[start:end]))

    def value(self, data: bytes, start: int, end: int) -> None:
        self.events.append(("value", data[start:end]))

    def head_ends(self) -> None:
        self.events.append(("next", b""))

    def data(self, data: bytes, start: int, end: int) -> None:
        self.events.append(("data", data[start:end]))

    def end(self) -> None:
        self.events.append(("end", b""))

    def over(self) -> None:
        self.events.append(("over", b""))


class Form:
    """A `multipart/form-data` body, file by file.

    Args:
        request: whose body it is.
        most_bytes: of all of it.

    Raises:
        MediaTypeUnsupported: the body is no form, or compressed.
        BodyTooLarge: it says that it has more bytes.
    """

    def __init__(self, request: Request, *, most_bytes: int) -> None:
        refuse_coded(request)
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise MediaTypeUnsupported(
                "The body is no form; this takes multipart/form-data.",
                fix=f"Send the files as fields named `{FILES}`.",
            )
        self._most_bytes = most_bytes
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > most_bytes:
            raise self._too_large()
        self._told = _Told()
        told = self._told
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": told.begin,
                "on_header_field": told.name,
                "on_header_value": told.value,
                "on_header_end": told.head_ends,
                "on_part_data": told.data,
                "on_part_end": told.end,
                "on_end": told.over,
            },
        )
        self._pieces = pieces_of(request)
        self._piece, self._read = b"", 0

    async def files(self) -> AsyncGenerator[tuple[Announced, AsyncIterator[bytes]]]:
        """Each file with its bytes, which have to be taken before the next one. Others are left.

        Raises:
            InvalidRequest: the form is damaged.
            CutOff: it broke off.
            BodyTooLarge: it has more bytes than it may.
        """
        count = 0
        while True:
            what, _ = await self._next()
            if what == "over":
                return
            if what != "begin":
                continue
            count += 1
            if count > _MOST_PARTS:
                raise InvalidRequest(f"A form has {_MOST_PARTS} parts at most.")
            head = await self._head()
            found = _file_in(head)
            content = self._content()
            if found is not None:
                yield found, content
            async for _ in content:
                pass  # what nobody wanted

    async def _head(self) -> dict[bytes, bytes]:
        """The head of a part; its first byte, or its end, stays."""
        head, name, value = dict[bytes, bytes](), b"", b""
        while True:
            await self._more()
            what, text = self._told.events[0]
            if what not in {"name", "value", "next"}:
                return head
            self._told.events.popleft()
            if what == "name":
                name += text
            elif what == "value":
                value += text
            else:
                head[name.lower()], name, value = value, b"", b""
            if sum(len(key) + len(said) for key, said in head.items()) > _LONGEST_HEAD:
                raise InvalidRequest("The head of a part of the form is too long.")

    async def _content(self) -> AsyncGenerator[bytes]:
        while True:
            what, data = await self._next()
            if what == "end":
                return
            yield data

    async def _next(self) -> tuple[str, bytes]:
        await self._more()
        return self._told.events.popleft()

    async def _more(self) -> None:
        """See to it that there is something to look at."""
        while not self._told.events:
            if self._read == len(self._piece):
                await self._next_piece()
            part = self._piece[self._read : self._read + _AT_ONCE_BYTES]
            self._read += len(part)
            try:
                self._parser.write(part)
            except MultipartParseError:
                raise InvalidRequest("The form is damaged.") from None
            # What is made of nothing but half boundaries takes long: others have their turn.
            await asyncio.sleep(0)

    async def _next_piece(self) -> None:
        self._piece, self._read = await anext(self._pieces, b""), 0
        self._most_bytes -= len(self._piece)
        if self._most_bytes < 0:
            raise self._too_large()
        if not self._piece:
            raise InvalidRequest("The form ends before its last boundary.")

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            "The files are too large to be sent like this.",
            fix="Send each to an address of its own: POST /v1/media/presign.",
        )


def _file_in(head: dict[bytes, bytes]) -> Announced | None:
    """A file of the form; None if the part is something else."""
    _, options = parse_options_header(head.get(b"content-disposition", b""))
    name = options.get(b"name", b"").decode("utf-8", "replace")
    if name not in {FILES, f"{FILES}[]", "file"} or b"filename" not in options:
        return None
    kind = head.get(b"content-type", b"application/octet-stream")
    filename = options[b"filename"].decode("utf-8", "replace")
    return Announced(filename, kind.decode("latin-1"))
