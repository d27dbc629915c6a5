"""A folder as a network: it keeps every promise of the interface, with files."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from postwright.errors import StorageTrouble
from postwright.platforms.answers import (
    AddressDead,
    Cancelled,
    CreatorReady,
    Granted,
    Lost,
    NotCancellable,
    NotKnown,
    Opened,
    OutOfStep,
    Phase,
    Refusal,
    Refused,
    Revoked,
    Status,
    Stored,
)
from postwright.platforms.base import CallFacts, Registered, listener
from postwright.platforms.content import Content, Kind, Media, Mode, Plan, Source
from postwright.platforms.folder.network import FolderNetwork, FolderOpener

MIB = 1024**2
CONTENT = bytes(range(256)) * (40 * MIB // 256) + b"the end"


@dataclass(frozen=True, slots=True)
class Bytes:
    content: bytes

    def read(self, offset: int, size: int, /) -> bytes:
        return self.content[offset : offset + size]


class Away:
    def read(self, offset: int, size: int, /) -> bytes:
        raise StorageTrouble("The store is away.")


VIDEO = Media(Bytes(CONTENT), len(CONTENT), "", "video/mp4")
SETTINGS = {"title": "hello"}


@pytest.fixture
def network(tmp_path: Path) -> FolderNetwork:
    return FolderOpener().open(Registered("any", "any", "desktop", str(tmp_path)))


def announced(network: FolderNetwork) -> Content:
    return Content(Kind.VIDEO, Mode.DIRECT, SETTINGS, network.plan(len(CONTENT)))


async def opened(network: FolderNetwork) -> Opened:
    answer = await network.open("", announced(network))
    assert isinstance(answer, Opened)
    return answer


async def send_all(network: FolderNetwork, there: Opened, plan: Plan, start: int = 0) -> None:
    offset = start
    while True:
        answer = await network.send(there.upload_url, VIDEO, plan, offset, lambda _: None)
        assert isinstance(answer, Stored)
        assert answer.complete == plan.is_last(offset)
        if answer.complete:
            return
        assert answer.received is not None
        offset = answer.received


def shown(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


async def test_a_post_appears_whole_with_its_last_byte(
    network: FolderNetwork, tmp_path: Path
) -> None:
    there, plan = await opened(network), network.plan(len(CONTENT))
    assert plan.count == 2
    await network.send(there.upload_url, VIDEO, plan, 0, lambda _: None)
    status = await network.status("", there.publish_id)
    assert status == Status(Phase.PROCESSING, received=plan.chunk_bytes)
    assert shown(tmp_path) == []

    await send_all(network, there, plan, plan.chunk_bytes)

    status = await network.status("", there.publish_id)
    assert isinstance(status, Status)
    assert (status.phase, status.received) == (Phase.COMPLETE, len(CONTENT))
    [post_id] = status.post_ids
    place = Path(urlsplit(network.post_url("", post_id, Kind.VIDEO)).path)
    assert [place] == shown(tmp_path)
    assert (place / "video.mp4").read_bytes() == CONTENT
    assert json.loads((place / "settings.json").read_text("utf-8")) == SETTINGS


async def test_a_range_that_is_sent_again_changes_nothing(network: FolderNetwork) -> None:
    there, plan = await opened(network), network.plan(len(CONTENT))
    await network.send(there.upload_url, VIDEO, plan, 0, lambda _: None)

    await send_all(network, there, plan)

    assert isinstance(
        await network.send(there.upload_url, VIDEO, plan, plan.last_start, lambda _: None),
        AddressDead,
    )


async def test_a_range_that_does_not_follow_is_refused(network: FolderNetwork) -> None:
    there, plan = await opened(network), network.plan(len(CONTENT))

    answer = await network.send(there.upload_url, VIDEO, plan, plan.last_start, lambda _: None)

    assert answer == OutOfStep(0)


async def test_what_its_writer_could_not_show_any_more_is_shown_when_somebody_asks(
    network: FolderNetwork, tmp_path: Path
) -> None:
    there = await opened(network)
    (tmp_path / f".{there.publish_id}" / "video.mp4").write_bytes(CONTENT)

    status = await network.status("", there.publish_id)

    assert isinstance(status, Status)
    assert status.phase is Phase.COMPLETE
    assert len(shown(tmp_path)) == 1


async def test_what_is_cancelled_never_appears(network: FolderNetwork, tmp_path: Path) -> None:
    there, plan = await opened(network), network.plan(len(CONTENT))
    await network.send(there.upload_url, VIDEO, plan, 0, lambda _: None)

    assert await network.cancel("", there.publish_id) == Cancelled()

    late = await network.send(there.upload_url, VIDEO, plan, plan.last_start, lambda _: None)
    assert isinstance(late, AddressDead)
    status = await network.status("", there.publish_id)
    assert isinstance(status, Status)
    assert (status.phase, status.fail_is_cancel) == (Phase.FAILED, True)
    assert isinstance(await network.cancel("", there.publish_id), NotCancellable)
    assert shown(tmp_path) == []


async def test_a_store_that_is_away_and_a_folder_that_is_gone_are_answers(
    network: FolderNetwork, tmp_path: Path
) -> None:
    there, plan = await opened(network), network.plan(len(CONTENT))
    away = Media(Away(), len(CONTENT), "", "video/mp4")
    assert isinstance(await network.send(there.upload_url, away, plan, 0, lambda _: None), Lost)

    gone = FolderNetwork(tmp_path / "gone")
    ready = await gone.creator("", Mode.DIRECT)
    assert isinstance(ready, Refused)
    assert gone.explain(ready.code) is not None
    assert isinstance(await gone.open("", announced(gone)), Lost)
    assert isinstance(await gone.status("", there.publish_id), NotKnown)


async def test_photos_and_drafts_are_found_wanting_and_refused(network: FolderNetwork) -> None:
    for kind, mode in ((Kind.PHOTO, Mode.DIRECT), (Kind.VIDEO, Mode.DRAFT)):
        content = Content(kind, mode, {}, network.plan(1))
        [finding] = network.findings(content, [], None)
        assert finding.blocks
        answer = await network.open("", content)
        assert isinstance(answer, Refused)
        assert answer.refusal is Refusal.REQUEST
    assert network.findings(announced(network), [], None) == ()
    assert {network.source(Kind.VIDEO, wanted) for wanted in Source} == {Source.UPLOAD}


async def test_a_consent_leads_straight_back_and_is_not_taken_for_another(
    network: FolderNetwork, tmp_path: Path
) -> None:
    consent = network.consent("http://127.0.0.1:1/back/", frozenset({"x"}), always_ask=True)
    other = network.consent("http://127.0.0.1:1/back/", frozenset(), always_ask=True)

    granted = await network.exchange(consent, consent.url)

    assert isinstance(granted, Granted)
    assert granted.external_id == str(tmp_path)
    assert isinstance(await network.exchange(consent, other.url), Refused)
    assert await network.creator(granted.access_token, Mode.DIRECT) == CreatorReady()
    assert await network.revoke(granted.access_token) == Revoked()


async def test_every_call_is_told(network: FolderNetwork) -> None:
    heard: list[CallFacts] = []
    before = listener.set(heard.append)

    there = await opened(network)
    await send_all(network, there, network.plan(len(CONTENT)))
    await network.status("", there.publish_id)
    await network.cancel("", there.publish_id)

    listener.reset(before)
    assert [call.operation for call in heard] == [
        "folder.open",
        "folder.send",
        "folder.send",
        "folder.status",
        "folder.cancel",
    ]
