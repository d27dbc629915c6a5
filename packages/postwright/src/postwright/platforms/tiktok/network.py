"""TikTok as a network: what its client gives and raises becomes the answers of publishing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from postwright.media.findings import Finding
from postwright.platforms.answers import (
    CancelAnswer,
    Cancelled,
    Consent,
    CreatorAnswer,
    CreatorReady,
    GrantAnswer,
    Identity,
    Lost,
    OpenAnswer,
    Refusal,
    Refused,
    RevokeAnswer,
    Revoked,
    SendAnswer,
    StatusAnswer,
    Stored,
)
from postwright.platforms.base import Asking, Caps, Choice, Limit
from postwright.platforms.content import Content, Kind, Media, Mode, Plan, Source, Texts
from postwright.platforms.purpose import Purpose
from postwright.platforms.report import Explained, Reported
from postwright.platforms.tiktok import links, outcomes, reporting
from postwright.platforms.tiktok.announcing import announce
from postwright.platforms.tiktok.checking import check
from postwright.platforms.tiktok.choosing import choose, field_of, said
from postwright.platforms.tiktok.identity import who_is
from postwright.platforms.tiktok.limits import SIZE_BYTES
from postwright.platforms.tiktok.pool import endpoints
from postwright.platforms.tiktok.rates import CAPS, limit_of
from postwright.platforms.tiktok.scopes import scopes_for
from postwright.platforms.tiktok.settings import PUBLIC, CreatorLimits
from postwright.platforms.tiktok.words import WORDS
from tiktok_client import (
    APIError,
    AppKeys,
    AppKind,
    AsyncTikTok,
    AsyncTransport,
    Chunk,
    OAuthError,
    SourceError,
    UploadError,
    plan_chunks,
)


class TikTokNetwork:
    """TikTok with one registered app. Stateless but for the shared connection pool."""

    name = "TikTok"

    def __init__(
        self,
        keys: AppKeys,
        kind: AppKind,
        pool: AsyncTransport,
        *,
        base_url: str = "",
        min_duration_s: float = 3,
        audited: bool | None = None,
    ) -> None:
        self._keys = keys
        self._kind: AppKind = kind
        self._min_duration_s = min_duration_s
        self._audited = audited
        self._endpoints = endpoints(base_url)
        self._pool = pool
        self._base_url = base_url

    def client(self, token: str | None = None) -> AsyncTikTok:
        """The typed client, for one creator's token."""
        return AsyncTikTok(
            token=token, app=self._keys, endpoints=self._endpoints, transport=self._pool
        )

    # -- the account ---------------------------------------------------------------------------

    def consent(self, redirect_uri: str, scopes: frozenset[str], *, always_ask: bool) -> Consent:
        """Begin a consent. Pure."""
        request = self.client().oauth.authorize(
            redirect_uri=redirect_uri,
            scopes=sorted(scopes),
            kind=self._kind,
            always_ask=always_ask,
        )
        return Consent(request.url, request.state, redirect_uri, scopes, request.code_verifier)

    async def exchange(self, consent: Consent, callback: str) -> GrantAnswer:
        """Trade what the browser brought back for tokens."""
        oauth = self.client().oauth
        try:
            back = oauth.read_callback(callback, expected_state=consent.state)
            grant = await oauth.exchange(
                code=back.code,
                redirect_uri=consent.redirect_uri,
                code_verifier=consent.code_verifier,
            )
        except APIError as error:
            return outcomes.no(Refusal.REQUEST, error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)
        return outcomes.granted(grant)

    async def identity(self, token: str) -> Identity | Refused | Lost:
        """Whose token it is, as far as its permissions tell."""
        return await who_is(self.client(token))

    async def refresh(self, refresh_token: str) -> GrantAnswer:
        """Trade a refresh token for new tokens."""
        try:
            grant = await self.client().oauth.refresh(refresh_token=refresh_token)
        except OAuthError as error:
            return outcomes.oauth_refused(error)
        except APIError as error:
            return outcomes.refused(error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)
        return outcomes.granted(grant)

    async def revoke(self, access_token: str) -> RevokeAnswer:
        """Disconnect the app from the account; a token that is dead already is refused."""
        try:
            await self.client().oauth.revoke(access_token=access_token)
        except OAuthError as error:
            return outcomes.oauth_refused(error)
        except APIError as error:
            return outcomes.refused(error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)
        return Revoked()

    # -- what is known without asking ----------------------------------------------------------

    def scopes(self, purpose: Purpose) -> frozenset[str]:
        """Which permissions a purpose needs. Pure."""
        return scopes_for(purpose)

    def source(self, kind: Kind, wanted: Source) -> Source:
        """Videos go as they are wanted to; photos TikTok always fetches. Pure."""
        return Source.PULL if kind is Kind.PHOTO else wanted

    def plan(self, size_bytes: int) -> Plan:
        """Cut a file of this size as TikTok demands; one that it never takes is not cut. Pure."""
        if not 0 < size_bytes <= SIZE_BYTES:
            return Plan(size_bytes, size_bytes, 1)
        cut = plan_chunks(size_bytes)
        return Plan(cut.size_bytes, cut.chunk_bytes, cut.count)

    def limit(self, asking: Asking, kind: Kind, mode: Mode) -> Limit | None:
        """How often a call may be made per account. Pure."""
        return limit_of(asking, kind, mode)

    def caps(self) -> Caps:
        """What may be posted in 24 hours. Pure."""
        return CAPS if self._audited is False else replace(CAPS, unaudited_creators=None)

    def is_public(self, settings: dict[str, Any]) -> bool:
        """Whether everyone is to see the post. Pure."""
        return settings.get("privacy_level") == PUBLIC

    def report(
        self, kind: Kind, mode: Mode, settings: dict[str, Any], facts: dict[str, Any] | None
    ) -> Sequence[Reported]:
        """What becomes of each setting. Pure."""
        return reporting.report(
            settings, reporting.Circumstances(kind, mode, _limits(facts), self._audited)
        )

    def explain(self, code: str) -> Explained | None:
        """TikTok's code in words; None for one that nobody knows. Pure."""
        return WORDS.get(code)

    def choose(self, kind: Kind, said: Mapping[str, Any], texts: Texts) -> Choice:
        """Read the settings as the API's callers give them. Pure."""
        return choose(kind, said, texts)

    def said(
        self, kind: Kind, mode: Mode, settings: Mapping[str, Any]
    ) -> tuple[Texts, dict[str, Any]]:
        """What callers would say to get these settings. Pure."""
        return said(kind, mode, settings)

    def field(self, finding: Finding, kind: Kind) -> str:
        """What callers call that which a finding is about. Pure."""
        return field_of(finding, kind)

    def findings(
        self,
        content: Content,
        probes: Sequence[dict[str, Any]],
        facts: dict[str, Any] | None,
    ) -> Sequence[Finding]:
        """What TikTok's rules say of a post, its probed files and the creator's limits. Pure."""
        return check(
            content,
            probes,
            _limits(facts),
            min_duration_s=self._min_duration_s,
            audited=self._audited,
        )

    def profile_url(self, handle: str) -> str:
        """Where people see the account."""
        return links.profile_url(self._base_url, handle)

    def post_url(self, handle: str, post_id: str, kind: Kind) -> str:
        """Where people see the post."""
        return links.post_url(self._base_url, handle, post_id, kind)

    # -- the post ------------------------------------------------------------------------------

    async def creator(self, token: str, mode: Mode) -> CreatorAnswer:
        """Ask creator_info; not for a draft.

        That call needs a permission that drafts do not, and what it refuses (an account that has
        posted enough today) does not count for them.
        """
        if mode is Mode.DRAFT:
            return CreatorReady()
        try:
            info = await self.client(token).posting.creator_info()
        except APIError as error:
            return outcomes.refused(error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)
        return CreatorReady(facts=outcomes.creator_facts(info))

    async def open(self, token: str, content: Content) -> OpenAnswer:
        """Announce a video or photos, as a post or a draft, to be uploaded or fetched."""
        try:
            return await announce(self.client(token), content)
        except ValueError as error:
            return Refused(Refusal.REQUEST, "invalid_params", str(error))
        except APIError as error:
            return outcomes.refused(error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)

    async def send(
        self, upload_url: str, media: Media, plan: Plan, offset: int, tell: Callable[[int], None]
    ) -> SendAnswer:
        """Put one range. `tell` hears the offset in the file up to which bytes have left."""
        first, last = plan.range_at(offset)
        index = min(first // plan.chunk_bytes, plan.count - 1)
        chunk = Chunk(index, first, last, is_last=index == plan.count - 1)
        try:
            receipt = await self.client().posting.upload_chunk(
                upload_url,
                media.source,
                chunk,
                total_bytes=plan.size_bytes,
                content_type=media.content_type,
                on_progress=tell,
            )
        except UploadError as error:
            return outcomes.send_refused(error)
        except SourceError as error:
            return outcomes.not_read(error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)
        return Stored(complete=receipt.complete, received=receipt.received)

    async def status(self, token: str, publish_id: str) -> StatusAnswer:
        """Ask status/fetch."""
        try:
            answer = await self.client(token).posting.status(publish_id)
        except APIError as error:
            return outcomes.status_refused(error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)
        return outcomes.status_of(answer)

    async def cancel(self, token: str, publish_id: str) -> CancelAnswer:
        """Ask TikTok to stop fetching; an upload has nothing to cancel."""
        try:
            await self.client(token).posting.cancel(publish_id)
        except APIError as error:
            return outcomes.cancel_refused(error)
        except outcomes.NO_ANSWER as error:
            return outcomes.lost(error)
        return Cancelled()


def _limits(facts: dict[str, Any] | None) -> CreatorLimits | None:
    return CreatorLimits.from_facts(facts) if facts else None
