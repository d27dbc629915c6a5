"""Whatever TikTok says, to whichever call: right state, right words, right advice, right retry.

One service meets all of it at once, each case on an account of its own. The rows are in
`tests/factories/outcomes.py`, from which `docs/reference/outcomes.md` is written, too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.connections.models import Connection
from postwright.media.models import MediaFile
from postwright.platforms.content import Mode, Source
from postwright.platforms.purpose import Purpose
from postwright.platforms.tiktok.words import WORDS
from postwright.publishing.cancel import cancel
from postwright.publishing.models import Publication
from postwright.publishing.order import Order
from postwright.publishing.states import State
from tests.factories.installation import Service, running_service
from tests.factories.outcomes import CANCEL, CASES, FAILINGS, Case, Failing, Then, What
from tiktok_emulator.operations import Operation

pytestmark = pytest.mark.slow

PUBLISH = frozenset({Purpose.PUBLISH, Purpose.DRAFT})
PUBLIC = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "a case"}
DRAFT = {"privacy_level": "", "title": ""}
EACH = [*CASES, *FAILINGS]
VIDEOS = frozenset({What.VIDEO, What.DRAFT, What.PULLED})
DRAFTS = frozenset({What.DRAFT, What.DRAFT_PHOTOS})
PATIENCE_S = 90


def name_of(case: Case | Failing) -> str:
    return case.name if isinstance(case, Case) else f"fails-{case.code}"


@dataclass(slots=True)
class Seen:
    """How a publication stood while TikTok said so, and how it ended when it said so no more."""

    state: State
    reason: str
    detail: str
    inits: int
    end: State


@dataclass(slots=True)
class Stage:
    """The service in which all cases are played."""

    service: Service
    video: MediaFile
    photos: tuple[MediaFile, ...]
    ids: dict[str, str]
    accounts: dict[str, Connection]

    async def play(self, case: Case | Failing, creator: str) -> None:
        """Connect a creator of its own, and order what TikTok says to it."""
        control = self.service.control
        account = await self.service.connect(creator, purposes=PUBLISH)
        self.accounts[name_of(case)] = account
        if isinstance(case, Failing):
            await control("POST", "outcomes", {"outcome": case.code, "creator": creator})
        else:
            if case.what is What.CANCELLED:
                await control("POST", "outcomes", {"outcome": "stuck", "creator": creator})
            if case.call == "oauth.refresh":
                await self.end_token(account)
            more = {"status": case.status, "code": case.code, "count": case.count}
            await control.fault(case.call, "error", creator=creator, **more)
        media = (self.video,) if case.what in VIDEOS else self.photos
        draft = case.what in DRAFTS
        order = Order(
            media,
            "a case",
            DRAFT if draft else PUBLIC,
            mode=Mode.DRAFT if draft else Mode.DIRECT,
            source=Source.PULL if case.what is What.PULLED else None,
        )
        self.ids[name_of(case)] = (await self.service.order(account, order)).publication_id

    async def end_token(self, account: Connection) -> None:
        """Have its access token end, so that it is renewed before anything is asked."""
        ends = text("""
            UPDATE credentials SET access_expires_at = app_now() - interval '1 second'
            WHERE connection_id = :id
        """)
        async with self.service.database.transaction() as session:
            await session.execute(ends, {"id": account.id})

    async def cancel_all(self) -> None:
        """Cancel what TikTok has fetched and does not go on with until it is told to."""
        for case in CANCEL:
            await self.service.until(self.ids[case.name], State.PROCESSING)
            async with self.service.database.transaction() as session:
                publication = await session.get_one(Publication, self.ids[case.name])
                await cancel(session, publication, actor="test")

    async def release_all(self) -> None:
        """TikTok goes on with all that it was stuck with."""
        for upload in (await self.service.control("GET", "state"))["uploads"]:
            await self.service.control("POST", f"uploads/{upload['publish_id']}/release")

    async def publication(self, case: Case | Failing) -> Publication:
        return await self.service.publication(self.ids[name_of(case)])

    async def standing(self) -> list[str]:
        """The cases that do not stand as they should."""
        asked = await self.asked_to_cancel()
        return [
            f"{name_of(case)}: {seen.state} {seen.hold_reason} {seen.end_code}"
            for case in EACH
            if not stands(case, seen := await self.publication(case))
            or (case in CANCEL and seen.id not in asked)
        ]

    async def asked_to_cancel(self) -> frozenset[str]:
        """The publications of which TikTok was asked to stop."""
        asked = text("SELECT DISTINCT publication_id FROM calls WHERE operation = 'cancel'")
        async with self.service.database.transaction() as session:
            return frozenset(await session.scalars(asked))

    async def ended(self) -> list[str]:
        return [
            f"{name_of(case)}: {seen.state} {seen.hold_reason} {seen.detail}"
            for case in EACH
            if (seen := await self.publication(case)).state is not end_of(case)
        ]

    async def settle(self, wrong: Callable[[], Awaitable[list[str]]], patience_s: float) -> None:
        """Wait until nothing is wrong any more; what still is, the tests say one by one."""
        ends = asyncio.get_running_loop().time() + patience_s
        while await wrong() and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(0.2)


def stands(case: Case | Failing, seen: Publication) -> bool:
    if isinstance(case, Failing):
        return seen.state is case.state and case.code in (seen.end_code or seen.detail)
    return seen.state is case.state and case.reason == (seen.hold_reason or seen.end_code)


def end_of(case: Case | Failing) -> State:
    if case.then in {Then.NEVER, Then.ASKED}:
        return case.state
    if case.what in DRAFTS:
        return State.DELIVERED
    return State.PUBLISHED


async def play_all(url: str, folder: Path, video: Path) -> dict[str, Seen]:
    async with running_service(url, folder) as service, service.reachable():
        # Of all accounts one would learn from one that the app is not audited.
        tiktok = service.settings.tiktok.model_copy(update={"audited": True})
        service.settings = service.settings.model_copy(update={"tiktok": tiktok})
        names = [f"case{n}" for n in range(len(EACH))]
        creators = [{"username": name} for name in names]
        await service.control("POST", "seed", {"creators": creators})
        photos = (await service.add_photo(folder, 1), await service.add_photo(folder, 2))
        stage = Stage(service, await service.add(video), photos, {}, {})
        for case, creator in zip(EACH, names, strict=True):
            await stage.play(case, creator)
        service.start_worker()
        await stage.cancel_all()
        await stage.settle(stage.standing, PATIENCE_S)
        before = {name_of(case): await stage.publication(case) for case in EACH}
        inits = await inits_by_publication(service)
        await service.control("DELETE", "faults")
        await stage.release_all()
        for case, creator in zip(EACH, names, strict=True):
            if case.then is Then.RECONNECTED:
                await service.connect(creator, purposes=PUBLISH)
        # At first for what waits minutes: an upload's address lives for an hour.
        for hours, patience_s in ((0.2, 4), (1, 4), (1, 4), (1, PATIENCE_S)):
            await service.advance(hours=hours)
            await stage.settle(stage.ended, patience_s)
            if not await stage.ended():
                break
        return {
            name: Seen(
                state=seen.state,
                reason=seen.hold_reason or seen.end_code,
                detail=seen.detail,
                inits=inits.get(seen.id, 0),
                end=(await service.publication(seen.id)).state,
            )
            for name, seen in before.items()
        }


async def inits_by_publication(service: Service) -> dict[str, int]:
    counted = text("""
        SELECT publication_id, count(*) FROM calls WHERE operation LIKE '%init%' GROUP BY 1
    """)
    async with service.database.transaction() as session:
        return {row[0]: row[1] for row in await session.execute(counted)}


async def test_every_answer_and_every_failure_makes_of_a_post_what_the_table_says(
    database_url: str, tmp_path: Path, video: Path
) -> None:
    seen = await play_all(database_url, tmp_path, video)
    wrong = [told for case in EACH if (told := amiss(case, seen[name_of(case)]))]
    assert wrong == []


def amiss(case: Case | Failing, found: Seen) -> str:
    """What is not as the table says; empty if nothing is."""
    reason = case.reason if isinstance(case, Case) else ""
    if isinstance(case, Failing) and case.state is State.FAILED:
        reason = case.code
    amiss = list[str]()
    if (found.state, found.reason) != (case.state, reason):
        amiss.append(f"is {found.state} {found.reason} ({found.detail})")
    if found.end is not end_of(case):
        amiss.append(f"ends {found.end}")
    if case.state is State.FAILED:
        if found.inits > 1:
            amiss.append(f"was announced {found.inits} times")
        known = WORDS.get(case.code)
        if known is not None and not found.detail.startswith(known.says):
            amiss.append(f"says {found.detail}")
    return f"{name_of(case)}: {', '.join(amiss)}" if amiss else ""


def test_every_call_that_is_made_for_a_post_has_its_answers_in_the_table() -> None:
    of_others = {Operation.WEBHOOK, Operation.PULL}
    of_people = {Operation.AUTHORIZE, Operation.TOKEN, Operation.CLIENT_TOKEN, Operation.REVOKE}
    of_profiles = {Operation.USER_INFO, Operation.VIDEO_LIST, Operation.VIDEO_QUERY}
    calls = {case.call for case in CASES}
    assert calls == set(Operation) - of_others - of_people - of_profiles


@pytest.mark.parametrize("case", EACH, ids=name_of)
def test_the_advice_is_the_one_of_the_words(case: Case | Failing) -> None:
    known = WORDS.get(case.code)
    if known is not None:
        assert known.advice is case.advice
