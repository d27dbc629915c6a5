"""What the host answers, and the headers that everything it answers has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from postwright.media.host.ranges import Span

# A cache in between would serve what is void, and hide from us that it was served.
GUARD = {
    "Cache-Control": "no-store, no-transform",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def words(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in plain words."""
    return Response(text, status, {**GUARD, **(headers or {})}, "text/plain")


def missing() -> Response:
    """The one answer to everything that is not here, whatever the reason."""
    return words(404, "There is nothing here.\n")


def later(seconds: int) -> Response:
    """Come again."""
    return words(503, "Not now; come again.\n", {"Retry-After": str(seconds)})


def too_many() -> Response:
    """Come again with less."""
    return words(429, "Too many at once; come again.\n", {"Retry-After": "1"})


def not_this_way() -> Response:
    """Only reading is allowed."""
    return words(405, "Only GET and HEAD.\n", {"Allow": "GET, HEAD"})


def no_such_range(size_bytes: int) -> Response:
    """The file has no such bytes."""
    return words(416, "No such bytes.\n", {"Content-Range": f"bytes */{size_bytes}"})


@dataclass(frozen=True, slots=True)
class Head:
    """What is said before the bytes of a file."""

    name: str
    content_type: str
    size_bytes: int
    etag: str
    span: Span | None = field(default=None)

    @property
    def status(self) -> int:
        """200, or 206 for a part."""
        return 200 if self.span is None else 206

    @property
    def length(self) -> int:
        """How many bytes the body has."""
        return self.size_bytes if self.span is None else self.span.size

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers, as ASGI wants them."""
        said = GUARD | {
            "Content-Type": self.content_type,
            "Content-Length": str(self.length),
            "Content-Disposition": f'attachment; filename="{self.name}"',
            "Accept-Ranges": "bytes",
            "ETag": self.etag,
        }
        if self.span is not None:
            first, last = self.span.first, self.span.last
            said["Content-Range"] = f"bytes {first}-{last}/{self.size_bytes}"
        return [(key.lower().encode(), value.encode("latin-1")) for key, value in said.items()]
