"""One worker's turn with one publication: decide, record, call, and again until it waits."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.accounts import Accounts
from postwright.connections.ledger import OnBehalf
from postwright.connections.refresh import AccessToken, NoAccess
from postwright.db.statement import Coming
from postwright.errors import StorageTrouble
from postwright.jobs import lanes
from postwright.jobs.lanes import Claim
from postwright.jobs.timers import surely
from postwright.media.errors import MediaDamaged, MediaMissing
from postwright.media.store import MediaStore, verify
from postwright.platforms.answers import CreatorReady, Lost, Opened, Refusal, Refused
from postwright.platforms.base import CallFacts, listener
from postwright.platforms.content import Mode
from postwright.platforms.purpose import Purpose
from postwright.publishing.attempt import (
    AskStatus,
    Call,
    CancelPull,
    CheckCreator,
    Close,
    Closed,
    Decision,
    End,
    Event,
    Init,
    NoToken,
    Restart,
    Send,
    Served,
    Unfit,
    Wait,
    Woke,
)
from postwright.publishing.hosting import Hosting
from postwright.publishing.progress import Progress
from postwright.publishing.protocol import decide
from postwright.publishing.record import Heard, Held, Recorder, knowing_cancel
from postwright.publishing.recording import (
    Barred,
    FenceLost,
    Outdated,
    Recorded,
    Recording,
    Undone,
    ended,
)
from postwright.publishing.rows import Kept
from postwright.publishing.states import IfMissed
from postwright.publishing.wording import told
from postwright.publishing.work import Found, Means, Work, find_again, let_go, take_up

log = logging.getLogger(__name__)

_KEPT_FOR_S = 60
# An init is answered in seconds; a token that is about to end must not be sent with it.
_TOKEN_NEED = timedelta(minutes=2)
_PURPOSES = {Mode.DIRECT: Purpose.PUBLISH, Mode.DRAFT: Purpose.DRAFT}


@dataclass(frozen=True, slots=True)
class Workbench:
    """What a worker needs to work on publications."""

    accounts: Accounts
    store: MediaStore
    hosting: Hosting
    lease: timedelta
    holder: str
    if_missed: IfMissed

    async def load(self, session: AsyncSession, found: Found, now: datetime) -> Work:
        """A publication with what is needed to work on it."""
        accounts = self.accounts
        means = Means(accounts.vault, accounts.networks.of_stored, self.store)
        work = await take_up(session, found, means, now)
        work.if_missed = found.if_missed or self.if_missed
        return work


class Turn:
    """From taking a publication up to waiting or the end."""

    def __init__(self, bench: Workbench, claim: Claim, work: Work, *, leaves: bool) -> None:
        self._bench = bench
        self._accounts = bench.accounts
        self._claim = claim
        self._work = work
        self._who = OnBehalf(
            work.workspace_id, work.connection_id, work.publication_id, work.number
        )
        self._recorder = Recorder(
            database=self._accounts.database,
            vault=self._accounts.vault,
            hosting=bench.hosting,
            claim=claim,
            who=self._who,
            lease=bench.lease,
            holder=bench.holder,
            leaves=leaves,
        )
        loop = asyncio.get_running_loop()
        self._clock = loop.time
        self._began = loop.time()
        self._heard = Heard()
        self._token: AccessToken | None = None
        self._rejected: int | None = None
        self._first: tuple[Decision, Recording | Undone] | None = None

    async def begin(self, session: AsyncSession, publication: Kept, tokens: Coming) -> None:
        """Record the first step in the transaction that has taken it up, if its token is there.

        `tokens` were asked for there, by `credentials.ask`.
        """
        work = self._work
        decision = decide(work.attempt, Woke(), work.now)
        if self._wants_token(decision):
            self._token = await self._accounts.keeper.at_hand(
                session,
                work.connection_id,
                work.network,
                need=_TOKEN_NEED,
                purpose=_PURPOSES[work.mode],
                asked=tokens,
            )
        if self._wants_token(decision) and self._token is None:
            return
        if not self._is_to_fetch(decision) or await self._bench.hosting.barred(session) is None:
            held = Held(publication, work.now, work.now, is_just_read=True)
            recorded = await self._recorder.record_held(session, held, work, decision)
            self._first = decision, recorded

    def _now(self) -> datetime:
        """The database's clock, as of the taking up, plus what has passed since."""
        return self._work.now + timedelta(seconds=self._clock() - self._began)

    async def run(self) -> bool:
        """Go on until there is nothing to do now. True if the lane is held still."""
        try:
            return await self._run()
        finally:
            # What was heard goes into the ledger with what was decided on it; this is the rest.
            await asyncio.shield(self._keep())

    def _log(self, decision: Decision) -> None:
        work, following = self._work, type(decision.next).__name__.lower()
        stage, says = decision.attempt.stage, told(work.network, decision)
        log.info("%s: %s, then %s %s", work.publication_id, stage, following, says)

    async def _keep(self) -> None:
        """Nobody else knows what was heard: it waits for the database, if that is away."""
        name = f"the ledger of {self._work.publication_id}"
        try:
            async with asyncio.timeout(_KEPT_FOR_S):
                await surely(name, partial(self._recorder.keep, self._work, self._heard))
        except TimeoutError:
            log.error("%s: given up after %s s; what was heard is lost", name, _KEPT_FOR_S)  # noqa: TRY400  # where it was given up says nothing

    async def _run(self) -> bool:
        event: Event = Woke()
        now = self._work.now
        while True:
            decision, result = await self._decide(event, now)
            match result:
                case FenceLost():
                    log.info("%s: out of our hands", self._work.publication_id)
                    return await self._let_go()
                case Outdated():
                    known = self._work.attempt_id
                    if not await self._reload():
                        return await self._let_go()
                    # An id that was told once must not be forgotten.
                    if not (isinstance(event, Opened) and self._work.attempt_id == known):
                        event, now = Woke(), self._now()
                case Barred(event=barred):
                    self._work.attempt = decision.attempt
                    event, now = barred, self._now()
                case Recorded():
                    self._work.attempt = knowing_cancel(decision.attempt, result)
                    if isinstance(decision.next, Wait | Restart | End):
                        self._log(decision)
                        return result.holds
                    now = self._now()
                    answer = await self._perform(decision.next, result)
                    if answer is None:
                        return False
                    event = answer

    async def _decide(self, event: Event, now: datetime) -> tuple[Decision, Recorded | Undone]:
        """Decide, and record it; the first step may have been recorded already."""
        if self._first is not None:
            (decision, recording), self._first = self._first, None
            return decision, await ended(recording)
        decision = decide(self._work.attempt, event, now)
        barred = await self._missing_for(decision)
        if barred is not None:
            return decision, barred
        recorded = await self._recorder.record(self._work, decision, self._heard, now)
        self._heard = Heard()
        return decision, recorded

    async def _let_go(self) -> bool:
        """Nothing of it is to be done by us now; the lane, if it is ours still, may have more."""
        bench = self._bench
        async with self._accounts.database.transaction() as session:
            now = await lanes.hold(session, self._claim, lease=bench.lease, holder=bench.holder)
            if now is None:
                return False
            return not await let_go(session, self._claim, leaves=self._recorder.leaves)

    async def _reload(self) -> bool:
        """Look again at what a person has changed; False if it is not to be done now any more."""
        bench = self._bench
        async with self._accounts.database.transaction() as session:
            now = await lanes.hold(session, self._claim, lease=bench.lease, holder=bench.holder)
            if now is None:
                return False
            found = await find_again(session, self._claim, self._work.publication_id, now)
            if found is None:
                return False
            self._work = await bench.load(session, found, now)
        self._began = self._clock()
        return True

    def _wants_token(self, decision: Decision) -> bool:
        return isinstance(decision.next, CheckCreator | Init | AskStatus | CancelPull)

    def _is_to_fetch(self, decision: Decision) -> bool:
        """Whether the network is about to be told of what it is to fetch from us."""
        return decision.attempt.is_pull and isinstance(decision.next, CheckCreator | Init)

    async def _missing_for(self, decision: Decision) -> Barred | None:
        """See to what a call needs before its intent is recorded."""
        if self._is_to_fetch(decision):
            async with self._accounts.database.transaction() as session:
                barred = await self._bench.hosting.barred(session)
            if barred is not None:
                return Barred(barred)
        if not self._wants_token(decision):
            return None
        if self._token is not None and self._now() < self._token.usable_until:
            return None
        got = await self._accounts.keeper.fresh(
            self._who,
            self._work.network,
            need=_TOKEN_NEED,
            rejected_version=self._rejected,
            purpose=_PURPOSES[self._work.mode],
        )
        match got:
            case AccessToken():
                self._token = got
                return None
            case NoAccess():
                return Barred(_no_token(got))

    async def _perform(self, call: Call, recorded: Recorded) -> Event | None:
        """Make one call, no transaction open. None if the lane was lost."""
        if isinstance(call, Close):
            closed = await self._recorder.close(self._work)
            if isinstance(closed, FenceLost):
                return None
            return Closed() if closed else Served()
        answer = await self._listening(call, recorded)
        if isinstance(answer, Refused) and answer.refusal is Refusal.TOKEN and self._token:
            return await self._token_refused(answer)
        if isinstance(answer, Refused) and answer.refusal is Refusal.SCOPE and self._token:
            await self._accounts.keeper.note_missing_scope(
                self._who,
                self._work.network,
                self._token,
                answer.message or answer.code,
                purpose=_PURPOSES[self._work.mode],
            )
        if isinstance(answer, CreatorReady):
            return await self._fit(answer) or answer
        return answer

    async def _listening(self, call: Call, recorded: Recorded) -> Event:
        """Make the call; what it was and what it brought is stored with the next decision."""
        facts: list[CallFacts] = []
        before = listener.set(facts.append)
        try:
            answer = await self._call(call, recorded.addresses)
        finally:
            listener.reset(before)
            self._heard = Heard(facts, recorded.slot)
        if isinstance(call, CheckCreator | Init) and isinstance(answer, CreatorReady | Refused):
            self._heard.answer = answer
        return answer

    async def _token_refused(self, answer: Refused) -> Event:
        """The network refused the token; with a refreshed one the call may be made again."""
        assert self._token is not None
        self._rejected, self._token = self._token.version, None
        got = await self._accounts.keeper.fresh(
            self._who, self._work.network, rejected_version=self._rejected
        )
        match got:
            case AccessToken():
                return Lost(sent=False, why=f"the token was refreshed after {answer.code}")
            case NoAccess():
                return _no_token(got)

    async def _call(self, call: Call, addresses: tuple[str, ...]) -> Event:
        work, token = self._work, "" if self._token is None else self._token.value
        match call:
            case CheckCreator():
                return await work.network.creator(token, work.mode)
            case Init():
                return await work.network.open(token, work.content(addresses))
            case AskStatus():
                return await work.network.status(token, work.attempt.publish_id or "")
            case CancelPull():
                return await work.network.cancel(token, work.attempt.publish_id or "")
            case Send(offset=offset):
                return await self._send(offset)
            case Close():
                raise AssertionError
            case _:
                assert_never(call)

    async def _send(self, offset: int) -> Event:
        work = self._work
        shown = Progress(self._accounts.database, work.attempt_id)
        showing = asyncio.ensure_future(shown.run())
        try:
            return await work.network.send(
                work.attempt.upload_url or "", work.media, work.attempt.plan, offset, shown.tell
            )
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def _fit(self, creator: CreatorReady) -> Unfit | Lost | None:
        """What forbids this post, as far as it can be known before sending.

        The files are read to their ends: nobody may announce what is not there, or is another
        file now.
        """
        work = self._work
        for finding in work.network.findings(work.content(), work.probes, creator.facts):
            if finding.blocks:
                return Unfit(finding.rule, finding.says)
        for file in work.files:
            try:
                await verify(self._bench.store, work.workspace_id, file.sha256, file.size_bytes)
            except (MediaMissing, MediaDamaged) as error:
                return Unfit(error.code, f"{error.what} {error.why}")
            except StorageTrouble as error:
                return Lost(sent=False, why=f"{error.what} {error.why}")
        return None


def _no_token(got: NoAccess) -> Event:
    if got.passing:
        return Lost(sent=False, why=got.detail)
    return NoToken(got.refusal, got.detail)
