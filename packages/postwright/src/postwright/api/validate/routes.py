"""`/v1/tools/validate`: what would be said, with nothing stored."""

from dataclasses import asdict, replace

from postwright.api.bodies import PlacesOf
from postwright.api.caller import Reader
from postwright.api.findings import findings_of, shown, size, size_limits, text_lengths
from postwright.api.media.shown import TYPES, reaches_file
from postwright.api.parts import Parts, PartsOf
from postwright.api.routing import routes
from postwright.api.wire.base import warnings_of
from postwright.api.wire.media import MediaUrl, MediaVerdict
from postwright.api.wire.validate import PostText, TextLengths
from postwright.errors import BadInput, NetworkTrouble
from postwright.media.errors import NoSuchMedia
from postwright.media.fetching import Reach, checked, fetch_into, name_in
from postwright.media.probe import Probe, read_probe
from postwright.media.references import media_of
from postwright.media.types import content_type, kind_of
from postwright.media.uploads import looked_into

router = routes("Validate")

# The answer is waited for: clients give up after half a minute.
PATIENCE_S = 25.0


@router.post(
    "/tools/validate/media", summary="Look at a file at an address", operation_id="validate_media"
)
async def validate_media(
    wanted: MediaUrl, caller: Reader, parts: PartsOf, places: PlacesOf
) -> MediaVerdict:
    """Fetch a file, look into it by the rules that hold when it is sent, and forget it.

    What takes longer than 25 seconds to fetch is not valid here; `POST /v1/media/ingest` takes
    its time. An address that stands for a file here is that file.
    """
    warnings = warnings_of(wanted)
    async with parts.database.transaction() as session:
        kept = await media_of(session, caller.workspace_id, wanted.url)
        if kept is not None and not await reaches_file(session, caller, kept.id):
            raise NoSuchMedia(kept.id)
    if kept is not None:
        return _verdict(wanted.url, read_probe(kept.probe), parts, warnings)
    try:
        async with places.one():
            found = await _looked_at(parts, wanted.url)
    except (BadInput, NetworkTrouble) as error:
        says = " ".join(filter(None, (error.what, error.why)))
        return MediaVerdict(
            valid=False, url=wanted.url, error=says, code=error.code, warnings=warnings
        )
    return _verdict(wanted.url, found, parts, warnings)


@router.post(
    "/tools/validate/post-length", summary="Measure a text", operation_id="validate_post_length"
)
async def validate_post_length(wanted: PostText, caller: Reader) -> TextLengths:  # noqa: ARG001  # says who may
    """Say how long a text is to each network, as the network counts, and whether it fits."""
    return TextLengths(
        text=wanted.text, platforms=text_lengths(wanted.text), warnings=warnings_of(wanted)
    )


async def _looked_at(parts: Parts, url: str) -> Probe:
    settings = parts.settings
    reach = replace(Reach.of(settings.media, settings.proxy), timeout_s=PATIENCE_S)
    plain = checked(url)
    async with parts.library.store.receiving(0) as arrival:
        await fetch_into(arrival, plain, reach)
        return await looked_into(parts.library, arrival, name_in(plain))


def _verdict(url: str, probe: Probe, parts: Parts, warnings: list[str]) -> MediaVerdict:
    found = findings_of(probe, min_duration_s=parts.settings.media.min_duration_s)
    blocking = [each for every in found.values() for each in every if each.blocks]
    return MediaVerdict(
        valid=not blocking,
        url=url,
        error=blocking[0].says if blocking else None,
        code=blocking[0].rule if blocking else None,
        content_type=content_type(probe),
        size=probe.size_bytes,
        size_formatted=size(probe.size_bytes),
        type=TYPES[kind_of(probe)],
        platform_limits=size_limits(probe),
        probe=asdict(probe),
        findings={network: [shown(each) for each in every] for network, every in found.items()},
        warnings=warnings,
    )
