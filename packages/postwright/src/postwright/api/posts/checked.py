"""What is known of a wished post before anything of it is stored: the same for a dry look.

Accounts and files are looked up, the network's settings read, and all of its rules asked: the one
rule set that also holds when a worker sends it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.parts import Parts
from postwright.api.posts.named import Seen, look_up
from postwright.api.posts.wish import Wish, WishedMedia, WishedTarget
from postwright.api.wire.posts_shown import PostFinding
from postwright.connections.models import Connection, PlatformApp
from postwright.connections.with_apps import WithApp
from postwright.errors import AppError, BadInput
from postwright.media.fetching import checked
from postwright.media.findings import Finding
from postwright.media.ingest import hash_of, ingest
from postwright.media.models import Ingest, MediaFile, MediaKind
from postwright.media.references import FOLDER
from postwright.platforms.base import Choice, Network
from postwright.platforms.content import Content, Kind, Mode, Plan, Source, Texts
from postwright.platforms.purpose import Purpose
from postwright.publishing.awaiting import Piece
from postwright.publishing.creator import Unknown, creator_facts
from postwright.publishing.repeats import content_hash

_NOTHING = Plan(0, 0, 0)
_TIKTOK = "tiktok"
_NESTED = ("tiktokSettings", "tiktok_settings")


class PostUnfit(BadInput):
    """The post cannot go out like this: `details.findings` has every reason, with its field."""

    code = "post_unfit"


@dataclass(frozen=True, slots=True)
class Named:
    """A file of a post: what is here, or the address from which it is to be fetched."""

    wished: WishedMedia
    found: Piece | None

    @property
    def kind(self) -> MediaKind | None:
        """What it is, or is said to be."""
        return self.found.kind if isinstance(self.found, MediaFile) else self.wished.kind


@dataclass(frozen=True, slots=True)
class Checked:
    """A target that was looked at.

    Attributes:
        place: its place in the body.
        wished: what was asked for.
        connection: the account.
        app: the one through which it was connected.
        network: with this app.
        kind: of what goes there.
        media: its files; the post's if it has none of its own.
        choice: its settings.
        rules: what the rules say of it, by what was stored when it was looked at; None if more was
            known then than is stored.
        findings: what the rules say, what blocks first.
    """

    place: int
    wished: WishedTarget
    connection: Connection
    app: PlatformApp
    network: Network
    kind: MediaKind
    media: tuple[Named, ...]
    choice: Choice
    rules: Sequence[Finding] | None = None
    findings: tuple[PostFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """A post that was looked at; nothing is stored. `now` is what time it is, if that is known."""

    wish: Wish
    media: tuple[Named, ...]
    targets: tuple[Checked, ...]
    warnings: tuple[str, ...] = ()
    now: datetime | None = None

    @property
    def kind(self) -> MediaKind | None:
        """What the post's own files are."""
        return _kind(self.media)

    @property
    def findings(self) -> list[PostFinding]:
        """Those of all targets, each once."""
        every = (finding for target in self.targets for finding in target.findings)
        return list(dict.fromkeys(every))


async def examine(parts: Parts, caller: Caller, wish: Wish) -> Examined:
    """Look at a post. Asks the network what it allows a creator, if that was not asked lately.

    Raises:
        NoSuchAccount, NoSuchMedia, MediaNotThere, AddressRefused: it names what is not there, or
            not within the key's reach; `param` says where.
        InvalidRequest: two kinds of files are in one post, or an account is there twice.
        Unusable, NotAllowed: an account cannot be posted to.
    """
    seen = await look_up(parts, caller, wish)
    warnings = list[str]()
    chosen = [_chosen(wish, place, account, seen) for place, account in enumerate(seen.accounts)]
    took_long = not wish.is_draft and await _ask_about_creators(parts, chosen, seen, warnings)
    is_reachable = parts.is_reachable()
    targets = tuple(_checked(target, wish, seen, is_reachable=is_reachable) for target in chosen)
    for target in targets:
        warnings += _warnings(target)
    now = None if took_long else seen.now
    return Examined(wish, _named(wish.media, seen), targets, tuple(dict.fromkeys(warnings)), now)


def refuse_unfit(examined: Examined) -> None:
    """Raise if a rule keeps the post from going out.

    Raises:
        PostUnfit: with every finding.
    """
    blocking = [finding for finding in examined.findings if finding.kind != "advice"]
    if not blocking:
        return
    first = blocking[0]
    what = f"{first.param}: {first.message}" if first.param else first.message
    raise PostUnfit(
        what,
        why=f"limit: {first.limit}" if first.limit else "",
        fix=first.fix or "",
        param=first.param,
        details={"findings": [finding.model_dump(by_alias=True) for finding in examined.findings]},
    )


async def fetched(
    session: AsyncSession, parts: Parts, caller: Caller, examined: Examined
) -> Examined:
    """The same, with a fetch begun for each file that is somewhere else; it is kept by its id."""
    begun = dict[str, Named]()

    async def here(media: Sequence[Named]) -> tuple[Named, ...]:
        for each in media:
            url = each.wished.url
            if url in begun:
                continue
            found = each.found or await ingest(
                session,
                parts.accounts.vault,
                caller.workspace_id,
                url,
                api_key_id=caller.key_id,
                only_for=caller.alone,
            )
            begun[url] = Named(WishedMedia(FOLDER + found.id, each.kind), found)
        return tuple(begun[each.wished.url] for each in media)

    media = await here(examined.media)
    targets = [replace(each, media=await here(each.media)) for each in examined.targets]
    kept = [
        each.wished
        if each.wished.media is None
        else replace(each.wished, media=tuple(named.wished for named in each.media))
        for each in targets
    ]
    wish = replace(examined.wish, media=tuple(each.wished for each in media), targets=tuple(kept))
    return replace(examined, wish=wish, media=media, targets=tuple(targets))


def content_of(target: Checked, caller: Caller) -> bytes:
    """The hash of what would go to an account, as repeats are told by it."""
    media = [
        each.found or Ingest(url_hash=hash_of(checked(each.wished.url), caller.alone))
        for each in target.media
    ]
    choice = target.choice
    return content_hash(media, choice.caption, choice.settings, choice.mode)


def pieces(media: Sequence[Named]) -> list[Piece]:
    """The files, all of which are here or on their way."""
    return [each.found for each in media if each.found is not None]


def _named(media: Sequence[WishedMedia], seen: Seen) -> tuple[Named, ...]:
    return tuple(Named(each, seen.files[each.url]) for each in media)


def _kind(media: Sequence[Named]) -> MediaKind | None:
    kinds = [each.kind for each in media if each.kind is not None]
    return kinds[0] if kinds else None


def _chosen(wish: Wish, place: int, account: WithApp, seen: Seen) -> Checked:
    """A target with its files and settings read."""
    target = wish.targets[place]
    media = _named(wish.media if target.media is None else target.media, seen)
    param = "mediaItems" if target.media is None else f"platforms[{place}].customMedia"
    if len({each.kind for each in media if each.kind is not None}) > 1:
        raise InvalidRequest("Photos and videos do not go into one post.", param=param)
    if not media and not wish.is_draft:
        raise InvalidRequest(
            "There is no file to post.", fix="Add a video, or photos.", param=param
        )
    kind = _kind(media) or MediaKind.VIDEO
    network = seen.networks[account.connection.id]
    text = wish.content if target.content is None else target.content
    choice = network.choose(Kind(kind.value), settings_of(wish, target), Texts(text, wish.title))
    return Checked(place, target, account.connection, account.app, network, kind, media, choice)


def settings_of(wish: Wish, target: WishedTarget) -> dict[str, Any]:
    """Those of the target win over those for all of its network."""
    own = dict(target.said or {})
    nested = [own.pop(name) for name in _NESTED if isinstance(own.get(name), dict)]
    common = wish.settings if target.platform == _TIKTOK else None
    return _merged(common or {}, *nested, own)


def _merged(*every: Mapping[str, Any]) -> dict[str, Any]:
    """The last one wins, whichever way it spells a name."""
    found = dict[str, tuple[str, Any]]()
    for settings in every:
        for name, value in settings.items():
            found[_letters(name)] = (name, value)
    return dict(found.values())


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


async def _ask_about_creators(
    parts: Parts, targets: Sequence[Checked], seen: Seen, warnings: list[str]
) -> bool:
    """Learn what creators may do; whether anybody was asked."""
    asked = False
    for target in targets:
        connection = target.connection
        if target.choice.mode is Mode.DRAFT:
            if Purpose.DRAFT not in connection.granted:
                warnings.append(
                    f"@{connection.handle} has not allowed drafts: it will be held until it has."
                )
            continue
        if seen.facts[connection.id] is not None and connection.state.usable:
            continue
        asked = True
        try:
            known = await creator_facts(parts.accounts, connection)
        except AppError as error:
            error.param = f"platforms[{target.place}].accountId"
            raise
        if isinstance(known, Unknown):
            warnings.append(
                f"What {target.network.name} allows @{connection.handle} now is not known: "
                f"{known.why}. It is asked again before anything is sent."
            )
            continue
        seen.facts[connection.id] = connection.facts = known
    return asked


def _checked(target: Checked, wish: Wish, seen: Seen, *, is_reachable: bool) -> Checked:
    network, choice = target.network, target.choice
    known = [each.found for each in target.media]
    probes = [each.probe for each in known if isinstance(each, MediaFile)]
    kind = Kind(target.kind.value)
    content = Content(kind, choice.mode, choice.settings, _NOTHING)
    facts = seen.facts[target.connection.id]
    rules = found = network.findings(content, probes, facts)
    if len(probes) < len(known):
        # How many there are, and what is in them, is seen when all have come.
        found = [each for each in found if not each.rule.startswith("photo.init.cover")]
    every = [*choice.findings, *found]
    findings = [_told(each, target, wish, kind) for each in every]
    if not is_reachable and network.source(kind, Source(target.app.source)) is Source.PULL:
        findings.append(_unreachable(target))
    return replace(
        target,
        rules=rules if facts is target.connection.facts else None,
        findings=tuple(sorted(findings, key=lambda each: each.kind == "advice")),
    )


def _unreachable(target: Checked) -> PostFinding:
    name = target.network.name
    own = f"platforms[{target.place}].customMedia"
    return PostFinding(
        kind="error",
        rule="no_public_address",
        param="mediaItems" if target.wished.media is None else own,
        message=f"{name} fetches {target.kind}s from us, and there is no address for it.",
        fix="Who runs Postwright makes one, and sets POSTWRIGHT_WEB__PUBLIC_URL.",
    )


def _told(finding: Finding, target: Checked, wish: Wish, kind: Kind) -> PostFinding:
    return PostFinding(
        kind=finding.kind,
        rule=finding.rule,
        param=_param(target.network.field(finding, kind), target, wish),
        message=finding.says,
        measured=finding.measured,
        limit=finding.limit,
        fix=finding.fix,
    )


def _param(name: str, target: Checked, wish: Wish) -> str:
    """Where a field was given, or is missing: in the target, or in the post."""
    own = f"platforms[{target.place}]"
    if name.startswith("mediaItems["):
        if target.wished.media is None:
            return name
        return f"{own}.customMedia{name.removeprefix('mediaItems')}"
    match name:
        case "":
            return f"{own}.accountId"
        case "content":
            return "content" if target.wished.content is None else f"{own}.customContent"
        case "title":
            return "title"
        case _:
            pass
    said = {_letters(key): key for key in target.wished.said or {}}
    if _letters(name) in said:
        return f"{own}.platformSpecificData.{said[_letters(name)]}"
    common = {_letters(key): key for key in wish.settings or {}}
    if common or not said:
        return f"tiktokSettings.{common.get(_letters(name), name)}"
    return f"{own}.platformSpecificData.{name}"


def _warnings(target: Checked) -> Iterator[str]:
    for name in target.choice.ignored:
        yield f"{name} means nothing to {target.network.name}, and was ignored."
    for finding in target.findings:
        if finding.kind == "advice":
            yield f"{finding.param}: {finding.message}"
