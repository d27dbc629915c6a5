"""TikTok's proof of ownership: whether the file is where TikTok looks, as it looks."""

from collections.abc import Sequence

from postwright.cli.doctor.public import is_near
from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.cli.serving import proofs_of
from postwright.kit.fetch import FetchFailed, Line, fetch
from postwright.media.host.signing import FOLDER

_ABOUT = "ownership"


async def check(scene: Scene) -> Sequence[Verdict]:
    """Fetch each file through the public address, below the root and below the media's folder."""
    public_url = scene.settings.web.public_url
    if not public_url or is_near(scene):
        return []
    prefix = f"{public_url}{FOLDER}"
    files = proofs_of(scene.settings)
    if not files:
        says = "No verification file of TikTok's is set. That is right only if the domain was "
        says += "verified by its DNS record."
        do = f"Register the URL prefix {prefix} at TikTok, and set the name of the file that it "
        do += "gives you: POSTWRIGHT_WEB__TIKTOK_VERIFICATION"
        return [amber(_ABOUT, says, do)]
    line = Line("", scene.connect_to, scene.authorities)
    for name, text in files.items():
        for folder in ("/", FOLDER):
            if wrong := await _wrong(f"{public_url}{folder}{name}", text, line):
                do = "Let the proxy in front pass everything below the prefix on as it is."
                return [red(_ABOUT, wrong, do)]
    says = f"{', '.join(files)} can be fetched. Register the URL prefix {prefix}, or the domain."
    return [green(_ABOUT, says)]


async def _wrong(url: str, text: str, line: Line) -> str:
    try:
        answer = await fetch(url, line)
    except FetchFailed as error:
        return f"{url} cannot be fetched. {error}"
    if answer.status // 100 == 3:
        return f"{url} redirects to {answer.headers.get('location', 'nowhere')}."
    if answer.status != 200:
        return f"{url} answers {answer.status}."
    if answer.body.strip() != text.encode():
        return f"{url} holds something else than TikTok looks for."
    return ""
