"""Has a service elsewhere make a post: looked at here, its files sent, and asked for once."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postwright.api.wire.media import MediaOut
from postwright.api.wire.posts import MediaItemIn, PostNew, TargetIn
from postwright.cli import beforehand, gathering, printing
from postwright.cli.boundary import Usage
from postwright.cli.choices import Choices
from postwright.cli.elsewhere.accounts import named
from postwright.cli.elsewhere.rows import media_of
from postwright.cli.elsewhere.sending import send
from postwright.cli.gathering import Gathered, Piece
from postwright.cli.ordering import Wanted, refuse_before
from postwright.cli.preflight import kind_of
from postwright.cli.progress import Display
from postwright.config import Settings
from postwright.connections.models import Connection
from postwright.media.models import MediaFile
from postwright.platforms.content import Kind
from postwright.platforms.tiktok.settings import CreatorLimits, PhotoSettings, VideoSettings
from postwright.publishing.creator import Unknown
from postwright.publishing.schedule import Scheduled
from postwright.remote.client import Remote, facts_of
from postwright.remote.refusals import AnswerLost, RefusedMissing, RefusedNow, RefusedState


async def place(
    remote: Remote, settings: Settings, gathered: Gathered, wanted: Wanted, show: Display
) -> Scheduled:
    """Check all of it, send the files, and have the post made.

    Raises:
        Usage: something was asked for that the API does not offer.
        Unfit, NotGranted, InThePast: it cannot go out like this.
        Refused, Unreachable: the service says so, or is not there.
    """
    _refuse_what_is_not_offered(wanted)
    kept = dict[str, MediaOut]()

    async def find(media_id: str) -> MediaFile:
        kept[media_id] = await remote.media_file(media_id)
        return media_of(kept[media_id])

    pieces = await gathering.with_kept(gathered, find)
    beforehand.refuse_at_sight(pieces, settings, wanted)
    connection = await named(remote, wanted.account)
    limits = None
    if await _known_at(remote, wanted) is None:
        if wanted.moment is not None:
            refuse_before(wanted.moment, datetime.now(UTC))

        async def ask() -> CreatorLimits | Unknown:
            return await limits_of(remote, connection.id)

        limits = await beforehand.known_limits(connection, wanted, show, ask)
    findings = beforehand.refuse_unfit(pieces, limits, settings, wanted)
    beforehand.warn(findings, wanted, show)
    with _told_if_broken_off(show, "Nothing was posted: its files were still on their way."):
        items = await _send(remote, pieces, kept, show)
    with _told_if_broken_off(show, f"Whether it was posted is not known. {_find_out(wanted)}"):
        return await _make(remote, _post(connection, wanted, pieces, items), wanted)


@contextmanager
def _told_if_broken_off(show: Display, text: str) -> Generator[None]:
    """Say how far it has come when Ctrl-C ends it."""
    try:
        yield
    except asyncio.CancelledError:
        show.warn(text)
        raise


def _find_out(wanted: Wanted) -> str:
    """How somebody who has lost the answer comes to know, without a second post."""
    if wanted.key is not None:
        return "Give the same command again: with its --key it is the same post, once."
    return (
        f"Look whether it is there: postwright posts --account {wanted.account}. With --key the "
        "same command can be given again, and is the same post."
    )


async def limits_of(remote: Remote, account_id: str) -> CreatorLimits | Unknown:
    """What TikTok allows a creator; or why that is not known now."""
    try:
        info = await remote.creator_info(account_id)
    except RefusedNow as error:
        return Unknown((error.why or error.what).rstrip("."))
    if not info.creator.can_post_more:
        return Unknown((info.message or "no more may be posted").rstrip("."), is_capped=True)
    return CreatorLimits.from_facts(facts_of(info))


def _refuse_what_is_not_offered(wanted: Wanted) -> None:
    if wanted.fix:
        raise Usage(
            "--fix works on the service's own machine.",
            fix="Mend the file here first: postwright check FILE --fix; then publish that one.",
        )
    if wanted.source is not None:
        raise Usage(
            f"--{wanted.source.value} works on the service's own machine.",
            fix="Leave it out: the service's settings say how TikTok gets a video.",
        )


async def _known_at(remote: Remote, wanted: Wanted) -> datetime | None:
    """When the post goes out that has this key already; None if there is none."""
    if wanted.key is None:
        return None
    with suppress(RefusedMissing):
        found = await remote.publication(wanted.key)
        return found.publish_at if found.client_key == wanted.key else None
    return None


async def _send(
    remote: Remote, pieces: Sequence[Piece], kept: dict[str, MediaOut], show: Display
) -> list[MediaItemIn]:
    """Send what is here; what stands for each file, in order."""
    new = [piece.source for piece in pieces if isinstance(piece.source, Path)]
    if new:
        show.begin("sending", sum(piece.probe.size_bytes for piece in pieces))
    found, sent = list[MediaOut](), 0
    for piece in pieces:
        if not isinstance(piece.source, Path):
            found.append(kept[piece.source.id])
            continue
        before = sent
        found.append(
            await send(
                remote,
                piece.source,
                piece.probe,
                lambda done, before=before: show.advance(before + done),
            )
        )
        sent += piece.probe.size_bytes
    if len(new) == 1:
        (media,) = [each for each, piece in zip(found, pieces, strict=True) if piece.source in new]
        show.end(f"{printing.size(sent)}, sha256 {(media.sha256 or '')[:12]}…")
    elif new:
        show.end(f"{len(new)} files, {printing.size(sent)}")
    return [MediaItemIn(url=each.url, type=each.type) for each in found]


def _post(
    connection: Connection, wanted: Wanted, pieces: Sequence[Piece], items: list[MediaItemIn]
) -> PostNew:
    kind = kind_of(gathering.named(pieces)) or Kind.VIDEO
    given: dict[str, Any] = {
        "content": wanted.choices.caption,
        "media_items": items,
        "platforms": [TargetIn(platform=connection.platform, account_id=connection.id)],
        "timezone": wanted.timezone,
        # Who gives a command twice means two posts; one that is repeated by itself is made once.
        "metadata": {"allowDuplicate": True},
        "tiktok_settings": _settings(wanted.choices, kind),
    }
    if wanted.moment is None:
        given["publish_now"] = True
    else:
        given["scheduled_for"] = wanted.moment.at.isoformat()
    if wanted.choices.title:
        given["title"] = wanted.choices.title
    if wanted.key is not None:
        given["client_key"] = wanted.key
    if wanted.if_missed is not None:
        given["if_missed"] = wanted.if_missed
    return PostNew(**given)


def _settings(choices: Choices, kind: Kind) -> dict[str, Any]:
    """The choices as the API calls them; whoever gives the command has seen and wants the post."""
    chosen = choices.settings(kind)
    told: dict[str, Any] = {
        "draft": choices.draft,
        "allowComment": chosen.allow_comment,
        "brandPartnerPromote": chosen.brand_content,
        "isBrandOrganicPost": chosen.brand_organic,
        "videoMadeWithAi": chosen.is_aigc,
        "contentPreviewConfirmed": True,
        "expressConsentGiven": True,
    }
    if chosen.privacy_level:
        told["privacyLevel"] = chosen.privacy_level
    match chosen:
        case VideoSettings():
            told |= {"allowDuet": chosen.allow_duet, "allowStitch": chosen.allow_stitch}
            if chosen.cover_timestamp_ms is not None:
                told["videoCoverTimestampMs"] = chosen.cover_timestamp_ms
        case PhotoSettings():
            told |= {"photoCoverIndex": chosen.cover_index, "autoAddMusic": chosen.auto_add_music}
    return told


async def _make(remote: Remote, post: PostNew, wanted: Wanted) -> Scheduled:
    try:
        made = await remote.create_post(post)
    except AnswerLost as error:
        error.what = f"Whether it was posted is not known: {error.what[0].lower()}{error.what[1:]}"
        error.fix = _find_out(wanted)
        raise
    except RefusedState as error:
        is_relative = wanted.moment is not None and wanted.moment.is_relative
        if error.told.code != "key_reused" or not is_relative:
            raise
        # "+10m" is another time whenever it is said; with a known key it means the first one.
        known_at = await _known_at(remote, wanted)
        if known_at is None:
            raise
        again = post.model_copy(update={"scheduled_for": known_at.isoformat()})
        made = await remote.create_post(again)
    return Scheduled(
        made.post.id, tuple(each.id for each in made.post.platforms), is_new=made.is_new
    )
