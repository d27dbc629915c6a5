"""What a caller wishes of a post: read from the wire, kept with the post, changed by an edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from postwright.api.errors import InvalidRequest
from postwright.api.wire.posts import MediaItemIn, PostFields, TargetIn
from postwright.kit.zones import Ambiguous, Exact, Nonexistent, UnknownZone, resolve, zone
from postwright.media.models import MediaKind
from postwright.posts.about import About

_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_KINDS = {"image": MediaKind.PHOTO, "photo": MediaKind.PHOTO, "video": MediaKind.VIDEO}
_ENDINGS = {
    "jpg": MediaKind.PHOTO, "jpeg": MediaKind.PHOTO, "png": MediaKind.PHOTO,
    "webp": MediaKind.PHOTO, "mp4": MediaKind.VIDEO, "mov": MediaKind.VIDEO,
    "webm": MediaKind.VIDEO, "m4v": MediaKind.VIDEO,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WishedMedia:
    """A file that is named by its address; `kind` is what it is said to be."""

    url: str
    kind: MediaKind | None = None


@dataclass(frozen=True, slots=True)
class WishedTarget:
    """An account, and what is to be different there. None is as the post says."""

    platform: str
    account_id: str
    content: str | None = None
    media: tuple[WishedMedia, ...] | None = None
    at: datetime | None = None
    said: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A whole post as it is wished.

    Attributes:
        content: its text.
        title: its title.
        media: its files, in order.
        targets: the accounts.
        at: when it goes out; None: at once, or never if it is a draft.
        is_draft: it is kept, and goes nowhere.
        timezone: IANA name of the zone that was meant.
        settings: for all accounts of TikTok.
        tags, hashtags, mentions, more: what is kept with it.
    """

    content: str = ""
    title: str = ""
    media: tuple[WishedMedia, ...] = ()
    targets: tuple[WishedTarget, ...] = ()
    at: datetime | None = None
    is_draft: bool = True
    timezone: str = "UTC"
    settings: Mapping[str, Any] | None = None
    tags: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    more: dict[str, Any] | None = None

    @property
    def allows_repeat(self) -> bool:
        """Whether an account may get the same twice."""
        return self.more is not None and self.more.get("allowDuplicate") is True

    def about(self, *, source: str, created_by: str) -> About:
        """What is kept with the post."""
        return About(
            title=self.title,
            tags=self.tags,
            hashtags=self.hashtags,
            mentions=self.mentions,
            more=self.more,
            timezone=self.timezone,
            source=source,
            created_by=created_by,
            wish=self.to_json(),
        )

    def to_json(self) -> dict[str, Any]:
        """What has no column of its own, as it is kept. Its files are named by their ids."""
        return {
            "media": _media_json(self.media),
            "targets": [
                {
                    "platform": each.platform,
                    "accountId": each.account_id,
                    "content": each.content,
                    "media": None if each.media is None else _media_json(each.media),
                    "at": _time_json(each.at),
                    "said": each.said,
                }
                for each in self.targets
            ],
            "at": _time_json(self.at),
            "settings": self.settings,
        }


def read_kept(kept: Mapping[str, Any], known: Wish) -> Wish:
    """The wish that a post was kept with; `known` has what the post's columns say."""
    return replace(
        known,
        media=_media_kept(kept["media"]),
        targets=tuple(
            WishedTarget(
                each["platform"],
                each["accountId"],
                each["content"],
                None if each["media"] is None else _media_kept(each["media"]),
                time_kept(each["at"]),
                each["said"],
            )
            for each in kept["targets"]
        ),
        at=time_kept(kept["at"]),
        settings=kept["settings"],
    )


def wished(body: PostFields, before: Wish | None = None) -> Wish:
    """The wish of a body: a new one, or another one with what was sent changed.

    A new post without any time is a draft. One that is there stays what it is, unless `isDraft` or
    `publishNow` says otherwise.

    Raises:
        InvalidRequest: a time or a zone cannot be read, or something is not offered.
    """
    _refuse_what_is_not_offered(body)
    wish = before or Wish()
    zone_name = body.timezone or wish.timezone
    if body.timezone is not None:
        _zone(body.timezone)
    said: dict[str, Any] = {
        "content": body.content,
        "title": body.title,
        "settings": body.tiktok_settings,
        "more": body.metadata,
        "tags": None if body.tags is None else tuple(body.tags),
        "hashtags": None if body.hashtags is None else tuple(body.hashtags),
        "mentions": None if body.mentions is None else tuple(body.mentions),
    }
    changed = {name: value for name, value in said.items() if value is not None}
    changed["timezone"] = zone_name
    if body.media_items is not None:
        changed["media"] = _media(body.media_items)
    if body.platforms is not None:
        changed["targets"] = _targets(body.platforms, zone_name)
    if body.scheduled_for is not None:
        changed["at"] = read_time(body.scheduled_for, zone_name, "scheduledFor")
    wish = replace(wish, **changed)
    if body.publish_now:
        # What was to come at a time comes now; a target's own time stays its own.
        wish = replace(wish, at=None)
    return replace(wish, is_draft=_is_draft(body, before, wish))


def _is_draft(body: PostFields, before: Wish | None, wish: Wish) -> bool:
    if body.is_draft is not None and (body.is_draft or before is not None):
        return body.is_draft
    if body.publish_now:
        return False
    if before is not None:
        return before.is_draft
    own = [target.at is not None for target in wish.targets]
    return wish.at is None and not (own and all(own))


def _refuse_what_is_not_offered(body: PostFields) -> None:
    for is_asked, name, fix in (
        (body.dry_run, "dryRun", "To check a post: POST /v1/tools/validate/post"),
        (body.requires_approval, "requiresApproval", "Make it a draft, and schedule it later."),
        (body.queued_from_profile, "queuedFromProfile", "Give scheduledFor."),
    ):
        if is_asked:
            raise InvalidRequest(f"{name} is not offered.", fix=fix, param=name)


def _targets(given: Sequence[TargetIn], zone_name: str) -> tuple[WishedTarget, ...]:
    return tuple(
        WishedTarget(
            each.platform,
            each.account_id,
            each.custom_content,
            None if each.custom_media is None else _media(each.custom_media) or None,
            None
            if each.scheduled_for is None
            else read_time(each.scheduled_for, zone_name, f"platforms[{n}].scheduledFor"),
            each.platform_specific_data,
        )
        for n, each in enumerate(given)
    )


def _media(given: Sequence[MediaItemIn]) -> tuple[WishedMedia, ...]:
    return tuple(
        WishedMedia(each.url, _KINDS.get((each.type or "").lower()) or _by_ending(each.url))
        for each in given
        if each.url
    )


def _by_ending(url: str) -> MediaKind | None:
    path = url.partition("?")[0].partition("#")[0]
    return _ENDINGS.get(path.rpartition(".")[2].lower())


def read_time(said: str, zone_name: str, param: str) -> datetime:
    """A time in UTC; without an offset it is local.

    Of a local time that clocks skip, the one after it is meant, and of one that comes twice, the
    first.

    Raises:
        InvalidRequest: it cannot be read, or is out of reach.
    """
    try:
        at = datetime.fromisoformat(said.upper())  # RFC 3339 takes `t` and `z`, too
        if at.tzinfo is None:
            match resolve(at, _zone(zone_name)):
                case Exact(at=at) | Nonexistent(after=at) | Ambiguous(first=at):
                    pass
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest(
            f"{said[:64]!r} is no time.", fix="Write it like 2027-01-15T10:00:00Z.", param=param
        ) from None
    if not _FIRST_YEAR <= at.year < _LAST_YEAR:
        raise InvalidRequest(f"{said[:64]!r} is too far away.", param=param)
    return at


def _zone(name: str) -> Any:
    try:
        return zone(name)
    except UnknownZone:
        raise InvalidRequest(
            f"There is no time zone {name!r}.", fix="Name it like Europe/Berlin.", param="timezone"
        ) from None


def _media_json(media: Sequence[WishedMedia]) -> list[dict[str, Any]]:
    return [{"url": each.url, "kind": each.kind} for each in media]


def _media_kept(kept: Sequence[Mapping[str, Any]]) -> tuple[WishedMedia, ...]:
    return tuple(
        WishedMedia(each["url"], None if each["kind"] is None else MediaKind(each["kind"]))
        for each in kept
    )


def _time_json(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def time_kept(kept: str | None) -> datetime | None:
    """A time as it was kept."""
    return None if kept is None else datetime.fromisoformat(kept)
