"""What is wished of a post that did not come over the API: as the API would be asked for it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from postwright.api.posts.checked import settings_of
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

# Settings that are texts of the post, too.
_TEXTS = frozenset({"title", "description"})


def taken_over(whole: Whole, network_of: Callable[[PlatformApp], Network]) -> Wish:
    """The wish of a post, from what is stored of it. What was called off is not wished any more.

    Of one that was asked for over the API, with what was changed since on one account by itself.
    """
    known = wish_of(whole)
    if not whole.parts:
        return known
    if whole.post.wish is not None:
        return _moved(_reworded(known, whole, network_of), whole)
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


def _moved(wish: Wish, whole: Whole) -> Wish:
    """With the times that accounts have now; one that all have is the post's."""
    planned = {
        part.connection.id: part.publication.publish_at
        for part in whole.parts
        if part.publication.state not in {State.CANCELLED, State.DRAFT}
    }
    if wish.is_draft:
        return wish
    times = {planned[each.account_id] for each in wish.targets if each.account_id in planned}
    if wish.at is not None and len(times) == 1 and all(each.at is None for each in wish.targets):
        return replace(wish, at=times.pop())
    targets = [
        each
        if (at := each.at or wish.at) is None or planned.get(each.account_id) in {None, at}
        else replace(each, at=planned[each.account_id])
        for each in wish.targets
    ]
    return replace(wish, targets=tuple(targets))


def _reworded(wish: Wish, whole: Whole, network_of: Callable[[PlatformApp], Network]) -> Wish:
    """With the texts that accounts have now."""
    parts = {
        part.connection.id: part
        for part in whole.parts
        if part.publication.state is not State.CANCELLED
    }
    for place, target in enumerate(wish.targets):
        part = parts.get(target.account_id)
        if part is None:
            continue
        network, kind = network_of(part.app), Kind(part.publication.kind.value)
        own = wish.content if target.content is None else target.content
        settings = settings_of(wish, target)
        choice = network.choose(kind, settings, Texts(own, wish.title))
        asked, _ = network.said(kind, choice.mode, choice.settings)
        texts, _ = _told(part, network)
        if texts != asked:
            wish = _with_texts(wish, place, texts, settings)
    return wish


def _with_texts(wish: Wish, place: int, texts: Texts, settings: Mapping[str, Any]) -> Wish:
    """A post to one account has its texts; of several, each has its own where they differ."""
    target = wish.targets[place]
    if len(wish.targets) == 1:
        only = replace(target, content=None, said=None)
        title = texts.title or wish.title
        rest = _without_texts(settings)
        return replace(wish, content=texts.content, title=title, settings=rest, targets=(only,))
    said = _without_texts(target.said or {})
    if "description" in settings:
        said["description"] = texts.content
    if texts.title not in {"", wish.title}:
        said["title"] = texts.title
    own = replace(target, content=texts.content, said=said or None)
    return replace(wish, targets=(*wish.targets[:place], own, *wish.targets[place + 1 :]))


def _without_texts(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in _TEXTS}


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
