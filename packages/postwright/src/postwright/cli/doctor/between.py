"""What stands between us and TikTok: caches, optimisers, and proxies that leave things out.

A cache could serve an address that is void, and hide from us that it was served: then a post could
appear twice. So it is looked for with a file that is new each time.
"""

from collections.abc import Sequence

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.cli.serving import signer_of
from postwright.kit.fetch import Fetched, FetchFailed, Line, fetch
from postwright.media.host.sample import FRESH_BYTES, SIZE_BYTES, sample_bytes, sample_path

_ABOUT = "in between"
_NO_CACHE = "Switch caching off for this address; the answers say no-store, which it must obey."
_AS_IT_IS = "Switch off what optimises, converts or compresses there."
_HITS = ("x-cache", "cf-cache-status", "x-cache-status", "x-vercel-cache")
_FIRST, _LAST = 1_000, 1_999


async def check(scene: Scene) -> Sequence[Verdict]:
    """Fetch a sample of our own in every way that TikTok may."""
    public_url = scene.settings.web.public_url
    if not public_url:
        return []
    path = sample_path(signer_of(scene.settings))
    url = f"{public_url}{path}"
    line = Line("", scene.connect_to, scene.authorities)
    try:
        one, two = await fetch(url, line), await fetch(url, line)
        if one.status != 200:
            return []  # the look at the public address tells why
        part = await fetch(url, line, headers={"Range": f"bytes={_FIRST}-{_LAST}"})
        head = await fetch(url, line, method="HEAD")
    except FetchFailed:
        return []  # as above
    settled = sample_bytes(path)[FRESH_BYTES:]
    verdict = _cached(one, two) or _changed(one, settled) or _left_out(part, head, settled)
    if verdict is not None:
        return [verdict]
    via = one.headers.get("via")
    says = f"{f'Passed on by {via}' if via else 'Nothing'}: not cached, not changed; ranges, "
    return [green(_ABOUT, f"{says}lengths and HEAD come through.")]


def _cached(one: Fetched, two: Fetched) -> Verdict | None:
    if one.body[:FRESH_BYTES] == two.body[:FRESH_BYTES]:
        return red(_ABOUT, "A cache gave the same answer twice.", _NO_CACHE)
    for name in _HITS:
        if "hit" in two.headers.get(name, "").lower():
            return red(_ABOUT, f"A cache says that it answered ({name}).", _NO_CACHE)
    if two.headers.get("age", "0") != "0":
        return red(_ABOUT, "An answer came from a cache (Age).", _NO_CACHE)
    if "no-store" not in one.headers.get("cache-control", ""):
        return amber(_ABOUT, "A proxy takes away that nothing may be cached.", _NO_CACHE)
    return None


def _changed(one: Fetched, settled: bytes) -> Verdict | None:
    if coding := one.headers.get("content-encoding"):
        return red(_ABOUT, f"A proxy compresses media ({coding}).", _AS_IT_IS)
    if one.body[FRESH_BYTES:] != settled:
        return red(_ABOUT, "A proxy changes the bytes on their way.", _AS_IT_IS)
    if one.headers.get("content-type") != "image/jpeg":
        return red(_ABOUT, "A proxy changes the type of media.", _AS_IT_IS)
    return None


def _left_out(part: Fetched, head: Fetched, settled: bytes) -> Verdict | None:
    first, end = _FIRST - FRESH_BYTES, _LAST + 1 - FRESH_BYTES
    if part.status != 206 or part.body != settled[first:end]:
        do = "Let the header Range and answers 206 through: a broken download starts over else."
        return amber(_ABOUT, f"A range of a file is not what was asked for ({part.status}).", do)
    if head.status != 200 or head.headers.get("content-length") != str(SIZE_BYTES):
        do = "Let HEAD and the header Content-Length through."
        return amber(_ABOUT, f"A HEAD does not tell how long a file is ({head.status}).", do)
    return None
