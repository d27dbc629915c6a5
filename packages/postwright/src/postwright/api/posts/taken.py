"""What is wished of a post that did not come over the API: as the API would be asked for it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from postwright.api.posts.shown import wish_of
from postwright.api.posts.wish import Wish, WishedMedia, WishedTarget
from postwright.connections.models import PlatformApp
from postwright.media.models import MediaFile
from postwright.media.references import FOLDER
from postwright.platforms.base import Network
from postwright.platforms.content import Kind, Texts
from postwright.publishing.awaiting import Piece
from postwright.publishing.listing import Part, Whole
from postwright.publishing.states import State


def taken_over(whole: Whole, network_of: Callable[[PlatformApp], Network]) -> Wish:
    """The wish of a post, from what is stored of it. What was called off is not wished any more."""
    known = wish_of(whole)
    if whole.post.wish is not None or not whole.parts:
        return known
    left = [each for each in whole.parts if each.publication.state is not State.CANCELLED]
    parts = left or list(whole.parts)
    told = {each.connection.id: _told(each, network_of(each.app)) for each in parts}
    # What holds for the first account is said once, for all; the others say what differs.
    texts, settings = told[parts[0].connection.id]
    at = None if known.is_draft else parts[0].publication.publish_at
    media = whole.media or parts[0].media
    common = replace(
        known,
        content=texts.content,
        title=texts.title or known.title,
        media=_named(media),
        at=at,
        settings=settings,
    )
    targets = tuple(_target(each, common, media, *told[each.connection.id]) for each in parts)
    return replace(common, targets=targets)


def _told(part: Part, network: Network) -> tuple[Texts, Mapping[str, Any]]:
    its = part.publication
    return network.said(Kind(its.kind.value), its.mode, its.settings)


def _target(
    part: Part, common: Wish, media: tuple[Piece, ...], texts: Texts, settings: Mapping[str, Any]
) -> WishedTarget:
    at = None if common.is_draft else part.publication.publish_at
    own = {**settings, **({} if texts.title in {"", common.title} else {"title": texts.title})}
    return WishedTarget(
        part.connection.platform,
        part.connection.id,
        None if texts.content == common.content else texts.content,
        None if part.media == media else _named(part.media),
        None if at == common.at else at,
        None if own == common.settings else own,
    )


def _named(media: tuple[Piece, ...]) -> tuple[WishedMedia, ...]:
    return tuple(
        WishedMedia(FOLDER + each.id, each.kind if isinstance(each, MediaFile) else None)
        for each in media
    )
