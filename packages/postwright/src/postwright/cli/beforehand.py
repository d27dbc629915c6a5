"""Everything that can be said of a post before a file of it is copied."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import partial

from postwright.cli import preflight
from postwright.cli.boundary import Usage
from postwright.cli.gathering import Piece, named, together
from postwright.cli.limits import creator_limits
from postwright.cli.opening import Desk
from postwright.cli.ordering import Wanted, is_known_key, refuse_past
from postwright.cli.progress import Display
from postwright.cli.reported import unheeded
from postwright.config import Settings
from postwright.connections import queries
from postwright.connections.models import Connection
from postwright.connections.standing import purpose_step
from postwright.errors import Misconfigured, NeedsReconnect, NetworkTrouble
from postwright.kit.text import sentence
from postwright.media.findings import Finding
from postwright.platforms.content import Kind, Mode, Source
from postwright.platforms.purpose import Purpose
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.creator import Unknown


class NoAddress(Misconfigured):
    """TikTok would have to fetch the files, and there is no address for it."""

    code = "no_public_address"


class NotGranted(NeedsReconnect):
    """The account's owner has not allowed drafts."""

    code = "drafts_not_granted"


def refuse_at_sight(pieces: Sequence[Piece], settings: Settings, wanted: Wanted) -> None:
    """Refuse what no creator could post, before anything is opened.

    Raises:
        Unfit: it breaks a rule, with every one that it breaks.
        Usage: an option is missing, or is for the other kind of post.
    """
    refuse_unfit(pieces, None, settings, wanted)
    kind = preflight.kind_of(named(pieces))
    if kind is Kind.PHOTO and wanted.source is Source.UPLOAD:
        raise Usage("--upload is for videos: TikTok takes photos only by fetching them.")
    if not wanted.choices.privacy and not wanted.choices.draft:
        raise Usage(
            "Who may see it? TikTok wants a person to choose that for each post.",
            fix="Add --privacy public, friends, followers or private. A draft needs none.",
        )


async def check(desk: Desk, pieces: Sequence[Piece], wanted: Wanted, show: Display) -> Connection:
    """The account, if all of it could be posted there now; warns of what is only worth knowing.

    Raises:
        NoSuchAccount, Unusable, NotGranted, NotAllowed: the account cannot be posted to.
        InThePast: the time has passed.
        Unfit: it breaks a rule.
        NoAddress: TikTok would have to fetch it, and cannot.
        NetworkTrouble: TikTok is not there, and it is to go out now.
    """
    async with desk.database.transaction() as session:
        connection = await queries.connection_by_handle(session, desk.workspace_id, wanted.account)
        app = await queries.platform_app(session, desk.workspace_id, connection.id)
        is_known = await is_known_key(session, desk.workspace_id, wanted.key)
        if not is_known:
            await refuse_past(session, wanted)
    # The same command, given again, means the same post: TikTok has nothing to say to that.
    limits = None
    if not is_known:
        ask = partial(creator_limits, desk, connection, anew=wanted.moment is None)
        limits = await known_limits(connection, wanted, show, ask)
    findings = refuse_unfit(pieces, limits, desk.settings, wanted)
    kind = preflight.kind_of(named(pieces)) or Kind.VIDEO
    network = desk.accounts.networks.of_app(app)
    if not is_known:
        source = network.source(kind, wanted.source or Source(app.source))
        if source is Source.PULL and not desk.settings.web.public_url:
            raise _no_address(kind)
    warn(findings, wanted, show)
    chosen = wanted.choices.settings(kind).to_dict()
    facts = None if limits is None else asdict(limits)
    for told in unheeded(network.report(kind, wanted.choices.mode, chosen, facts), kind):
        show.warn(told)
    return connection


def refuse_unfit(
    pieces: Sequence[Piece], limits: CreatorLimits | None, settings: Settings, wanted: Wanted
) -> list[Finding]:
    """What the rules say, if nothing of it keeps the post from going out.

    Raises:
        Unfit: it breaks a rule.
    """
    findings = _findings(pieces, limits, settings, wanted)
    _refuse(pieces, findings, wanted)
    return findings


def warn(findings: Sequence[Finding], wanted: Wanted, show: Display) -> None:
    """Tell what is only worth knowing."""
    for finding in findings:
        if not (wanted.fix and finding.kind == "fixable"):
            show.warn(preflight.sentence(finding))


async def known_limits(
    connection: Connection,
    wanted: Wanted,
    show: Display,
    ask: Callable[[], Awaitable[CreatorLimits | Unknown]],
) -> CreatorLimits | None:
    """What TikTok allows the creator, if `ask` can tell; a draft is held to none of it.

    Raises:
        NotGranted: it is a draft, and the account's owner has not allowed those.
        NetworkTrouble: TikTok is not there, and the post is to go out now.
    """
    if wanted.choices.mode is Mode.DRAFT:
        _refuse_without_drafts(connection)
        return None
    limits = await ask()
    if not isinstance(limits, Unknown):
        return limits
    if limits.is_away and wanted.moment is None:
        raise _away(limits.why)
    show.warn(
        f"What TikTok allows @{connection.handle} now is not known: {limits.why}. "
        "The worker looks again before it sends anything."
    )
    return None


def _refuse_without_drafts(connection: Connection) -> None:
    if not connection.state.usable or Purpose.DRAFT in connection.granted:
        return  # what cannot be used at all is refused when it is stored, with its own step
    raise NotGranted(
        f"@{connection.handle} has not allowed drafts.",
        why="TikTok asks for a permission of their own, and it was not asked for or left out.",
        fix=sentence(purpose_step(Purpose.DRAFT, connection.handle)),
    )


def _no_address(kind: Kind) -> NoAddress:
    what = "Photos" if kind is Kind.PHOTO else "Videos with --pull"
    return NoAddress(
        f"{what} need an address from which TikTok can fetch them, and there is none.",
        why="TikTok does not take photos as uploads: it fetches them, from a public https address "
        "that you have proved to own."
        if kind is Kind.PHOTO
        else "",
        fix="Make one and set POSTWRIGHT_WEB__PUBLIC_URL, as docs/howto/serve-media.md says. "
        "To try it without: postwright up --emulator, whose TikTok fetches from this machine."
        + ("" if kind is Kind.PHOTO else " Or leave --pull out."),
    )


def _away(why: str) -> NetworkTrouble:
    return NetworkTrouble(
        "TikTok cannot be reached, so nothing can go out now.",
        why=sentence(why),
        fix="Try again when it can; nothing was stored. With --at the post would wait for it.",
    )


def _findings(
    pieces: Sequence[Piece], limits: CreatorLimits | None, settings: Settings, wanted: Wanted
) -> list[Finding]:
    files = named(pieces)
    kind = preflight.kind_of(files)
    chosen = None if kind is None else wanted.choices.settings(kind)
    return preflight.find(files, chosen, limits, settings, mode=wanted.choices.mode)


def _refuse(pieces: Sequence[Piece], findings: Sequence[Finding], wanted: Wanted) -> None:
    """Refuse what cannot be sent; what is going to be mended may still be wrong."""
    preflight.refuse_unfit(
        together([piece.name for piece in pieces]),
        [found for found in findings if not (wanted.fix and found.kind == "fixable")],
    )
