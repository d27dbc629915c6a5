"""What is to change of one publication, looked at as it will be sent."""

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.errors import InvalidRequest
from postwright.api.parts import Parts
from postwright.api.posts.checked import PostUnfit
from postwright.api.publications.found import bounded
from postwright.api.wire.publications import PublicationChange
from postwright.connections.queries import platform_app
from postwright.kit.zones import UnknownZone, zone
from postwright.media.findings import Finding
from postwright.platforms.base import Choice, Network
from postwright.platforms.content import Content, Kind, Plan, Texts
from postwright.publishing.edit import Changes
from postwright.publishing.queries import Overview
from postwright.publishing.states import State

_NOTHING = Plan(0, 0, 0)


async def changes_of(
    session: AsyncSession, parts: Parts, seen: Overview, wanted: PublicationChange
) -> Changes:
    """What `edit` is to change; a new text, and a draft that gets a time, meet the rules.

    Raises:
        InvalidRequest: nothing is to change, a zone or a time is none, or a video gets a title.
        PostUnfit: it could not go out like that.
    """
    _refuse_unreadable(wanted)
    publication, kind = seen.publication, Kind(seen.publication.kind.value)
    if wanted.title is not None and kind is Kind.VIDEO:
        raise InvalidRequest("A video has no title.", fix="Its text is its caption.", param="title")
    publish_at = bounded(wanted.publish_at, "publishAt")
    has_text = wanted.caption is not None or wanted.title is not None
    choice: Choice | None = None
    if has_text or (publish_at is not None and publication.state is State.DRAFT):
        app = await platform_app(session, publication.workspace_id, publication.connection_id)
        choice = _chosen(parts.accounts.networks.of_app(app), seen, wanted)
    return Changes(
        publish_at=publish_at,
        timezone=wanted.timezone,
        if_missed=wanted.if_missed,
        caption=None if wanted.caption is None or choice is None else choice.caption,
        settings=None if choice is None or not has_text else choice.settings,
    )


def _refuse_unreadable(wanted: PublicationChange) -> None:
    if not wanted.given - {"content_version"}:
        raise InvalidRequest(
            "Nothing is to change.", fix="Send publishAt, timezone, caption, title or ifMissed."
        )
    try:
        if wanted.timezone is not None:
            zone(wanted.timezone)
    except UnknownZone:
        raise InvalidRequest(
            f"There is no time zone {wanted.timezone!r}.",
            fix="Name it like Europe/Berlin.",
            param="timezone",
        ) from None


def _chosen(network: Network, seen: Overview, wanted: PublicationChange) -> Choice:
    publication, kind = seen.publication, Kind(seen.publication.kind.value)
    texts, rest = network.said(kind, publication.mode, publication.settings)
    choice = network.choose(
        kind,
        rest,
        Texts(
            texts.content if wanted.caption is None else wanted.caption,
            texts.title if wanted.title is None else wanted.title,
        ),
    )
    content = Content(kind, choice.mode, choice.settings, _NOTHING)
    found = network.findings(content, [file.probe for file in seen.media], None)
    _refuse([*choice.findings, *found], network, kind)
    return choice


def _refuse(findings: list[Finding], network: Network, kind: Kind) -> None:
    blocking = [each for each in findings if each.blocks]
    if not blocking:
        return
    told = [
        {
            "kind": each.kind,
            "rule": each.rule,
            "param": _param(network.field(each, kind)),
            "message": each.says,
            "measured": each.measured,
            "limit": each.limit,
            "fix": each.fix,
        }
        for each in blocking
    ]
    first = blocking[0]
    raise PostUnfit(
        first.says,
        why=f"limit: {first.limit}" if first.limit else "",
        fix=first.fix or "",
        param=str(told[0]["param"]),
        details={"findings": told},
    )


def _param(field: str) -> str:
    return "caption" if field == "content" else field
