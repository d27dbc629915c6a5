"""What a run leaves: our rows and ledger, and TikTok's publishes, posts and request log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from benchmarks.crash.clock import Clock
from benchmarks.crash.scene import Scene
from benchmarks.crash.sight import address_in, is_pull
from benchmarks.crash.supply import Row
from postwright.publishing.unrecorded import CODE

INITS = frozenset({"video.init", "inbox.video.init", "photo.init"})

_PUBLICATIONS = """
    SELECT id, state, lane, due_at, hold_reason, end_code, detail, post_ids,
           cancel_requested_at IS NOT NULL AS cancel_requested
    FROM publications
"""
_ATTEMPTS = """
    SELECT id, publication_id, number, live, stage, publish_id, announced_at, end_code
    FROM attempts ORDER BY publication_id, number
"""
_CALLS = """
    SELECT calls.at, calls.publication_id, calls.attempt, calls.operation, calls.http_status,
           calls.code, calls.log_id, connections.handle
    FROM calls LEFT JOIN connections ON connections.id = calls.connection_id ORDER BY calls.id
"""
_ADDRESSES = "SELECT id, attempt_id FROM media_addresses"
_LATE_LANES = """
    SELECT subject_id, kind FROM lanes
    WHERE kind IN ('start', 'track') AND next_at < app_now() - interval '1 minute'
"""


@dataclass(frozen=True, slots=True)
class Publication:
    """One of our publications, at the end."""

    id: str
    state: str
    lane: str | None
    due_at: datetime | None
    hold_reason: str
    end_code: str
    detail: str
    post_ids: list[str]
    cancel_requested: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of it."""

    id: str
    publication_id: str
    number: int
    live: bool
    stage: str
    publish_id: str | None
    announced_at: datetime | None
    end_code: str


@dataclass(frozen=True, slots=True)
class Call:
    """One row of our ledger."""

    at: datetime
    publication_id: str | None
    attempt: int | None
    operation: str
    http_status: int | None
    code: str
    log_id: str
    username: str | None


@dataclass(frozen=True, slots=True)
class Records:
    """All of it."""

    publications: dict[str, Publication]
    attempts: Sequence[Attempt]
    calls: Sequence[Call]
    late_lanes: Sequence[tuple[str, str]]
    publishes: Sequence[dict[str, Any]]
    posts: Sequence[dict[str, Any]]
    requests: Sequence[dict[str, Any]]
    webhooks: Sequence[dict[str, Any]]
    owners: dict[str, str]

    def of(self, publication_id: str) -> list[Attempt]:
        """The attempts of a publication, in order."""
        return [each for each in self.attempts if each.publication_id == publication_id]

    def publishes_of(self, publication_id: str) -> list[dict[str, Any]]:
        """TikTok's publishes that were made for a publication, known here or not."""
        return [each for each in self.publishes if self.owner(each) == publication_id]

    def posts_of(self, publication_id: str) -> list[dict[str, Any]]:
        """TikTok's posts of a publication, the oldest first."""
        return [post for post in self.posts if self.owner(post) == publication_id]

    def owner(self, publish: dict[str, Any]) -> str | None:
        """Whose publish or post it is."""
        return self.owners.get(publish["publish_id"])


async def read(scene: Scene, clock: Clock, rows: Sequence[Row]) -> Records:
    """Read all of it; `real_at` of a request is its time on the clock of our ledger."""
    state = await scene.control("GET", "state")
    attempts = [Attempt(*row) for row in await scene.rows(_ATTEMPTS)]
    addresses = {str(row.id): str(row.attempt_id) for row in await scene.rows(_ADDRESSES)}
    requests = (await scene.control("GET", "requests"))["requests"]
    for entry in requests:
        entry["real_at"] = clock.real(datetime.fromisoformat(entry["at"]))
    return Records(
        publications={row[0]: Publication(*row) for row in await scene.rows(_PUBLICATIONS)},
        attempts=attempts,
        calls=[_dated(clock, Call(*row)) for row in await scene.rows(_CALLS)],
        late_lanes=[(row.subject_id, row.kind) for row in await scene.rows(_LATE_LANES)],
        publishes=state["uploads"],
        posts=state["posts"],
        requests=requests,
        webhooks=(await scene.control("GET", "webhooks"))["deliveries"],
        owners=_owners(state["uploads"], attempts, addresses, rows),
    )


def _dated(clock: Clock, call: Call) -> Call:
    """An intent is dated by the database's clock, a call by that of whoever made it."""
    return replace(call, at=clock.real(call.at)) if call.code == CODE else call


def _owners(
    publishes: Sequence[dict[str, Any]],
    attempts: Sequence[Attempt],
    addresses: dict[str, str],
    rows: Sequence[Row],
) -> dict[str, str]:
    """Publication by publish id, also of those that were never stored.

    What was fetched tells it by its address, and what was sent by its size: no two are equal.
    """
    by_attempt = {attempt.id: attempt.publication_id for attempt in attempts}
    by_size = {(row.username, row.item.size_bytes): row.publication_id for row in rows}
    owners = dict[str, str]()
    for publish in publishes:
        if is_pull(publish):
            owner = by_attempt.get(addresses.get(address_in(publish), ""))
        else:
            owner = by_size.get((publish["username"], publish["size_bytes"]))
        if owner is not None:
            owners[publish["publish_id"]] = owner
    return owners
