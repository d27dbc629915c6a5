"""The rows of one publication while it is worked on, as a transaction holds and stores them.

This is what every publication goes through half a dozen times, so it is one statement to take
hold and one to store.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Coming, Statement
from postwright.jobs.lanes import Claim
from postwright.publishing.states import State, Visibility

# The columns of `Kept`, in its order.
KEPT = """
    p.state, p.version, p.content_version, p.lane, p.due_at, p.nudged_at, p.cancel_requested_at,
    p.hold_reason, p.expected_at, p.detail, p.end_code, p.post_ids, p.post_url, p.visibility,
    p.finished_at
"""


@dataclass(slots=True)
class Kept:
    """What the record step reads and changes of a publication; see `models.Publication`."""

    state: State
    version: int
    content_version: int
    lane: str | None
    due_at: datetime | None
    nudged_at: datetime | None
    cancel_requested_at: datetime | None
    hold_reason: str
    expected_at: datetime | None
    detail: str
    end_code: str
    post_ids: list[str]
    post_url: str
    visibility: Visibility
    finished_at: datetime | None


def kept_of(row: Any, at: int = 0) -> Kept:
    """The publication in a row that has the columns of `KEPT` from `at` on."""
    state, version, content_version, *rest = row[at : at + 15]
    kept = Kept(State(state), version, content_version, *rest)
    kept.visibility = Visibility(kept.visibility)
    return kept


# As `lanes.hold`, and with it the publication's row. Whatever somebody has changed in that row
# while this waited for the lanes is in what it gives: a row that is locked is read as it is then.
_HOLD = Statement(f"""
    WITH mine AS MATERIALIZED (
        SELECT id FROM lanes WHERE subject_id = :subject_id ORDER BY id FOR UPDATE
    ), held AS (
        UPDATE lanes SET lease_until = app_now() + :lease, holder = :holder
        WHERE id = :lane_id AND fence = :fence AND lease_until > app_now()
          AND (SELECT count(*) FROM mine) > 0
        RETURNING app_now() AS now
    )
    SELECT held.now, {KEPT} FROM held JOIN publications AS p ON p.id = :publication_id
    FOR UPDATE OF p
""")  # noqa: S608  # the columns are ours


async def hold(
    session: AsyncSession, claim: Claim, publication_id: str, *, lease: timedelta, holder: str
) -> tuple[Kept, datetime] | None:
    """Hold a claim's lanes, renewed, and then the row of a publication of its account.

    Returns:
        The publication and the database's time; None if the lease ran out or was lost.
    """
    asked = await ask_to_hold(session, claim, publication_id, lease=lease, holder=holder)
    return await held(asked)


async def ask_to_hold(
    session: AsyncSession, claim: Claim, publication_id: str, *, lease: timedelta, holder: str
) -> Coming:
    """The same, to be answered together with what is asked next; `held` reads it."""
    values = {
        "lane_id": claim.lane_id,
        "subject_id": claim.subject_id,
        "fence": claim.fence,
        "lease": lease,
        "holder": holder,
        "publication_id": publication_id,
    }
    return await _HOLD.ask(session, values)


async def held(asked: Coming) -> tuple[Kept, datetime] | None:
    """What `ask_to_hold` has brought; see `hold`."""
    row = await asked.first()
    return None if row is None else (kept_of(row, 1), row[0])


_STORE = Statement("""
    WITH stored AS (
        UPDATE attempts SET
            live = :live, stage = :stage, checked_at = :checked_at, announced_at = :announced_at,
            publish_id = :publish_id, upload_url = :upload_url, opened_at = :opened_at,
            sent_offset = :sent_offset, progress_bytes = :sent_offset,
            last_byte_at = :last_byte_at, address_dead = :address_dead, failed_at = :failed_at,
            polls = :polls, troubles = :troubles, rejections = :rejections, voids = :voids,
            retries = :retries, cancels = :cancels, end_code = :attempt_end_code,
            detail = :attempt_detail, ended_at = CASE WHEN :live THEN NULL ELSE app_now() END
        WHERE id = :attempt_id AND live
        RETURNING id
    )
    UPDATE publications SET
        state = :state, version = version + 1, lane = :lane, due_at = :due_at,
        hold_reason = :hold_reason, expected_at = :expected_at, detail = :detail,
        end_code = :end_code, post_ids = :post_ids, post_url = :post_url,
        visibility = :visibility, finished_at = :finished_at,
        report = COALESCE(CAST(:report AS jsonb), report)
    FROM stored WHERE publications.id = :publication_id
    RETURNING publications.id
""")


async def store(session: AsyncSession, publication_id: str, kept: Kept, values: Any) -> Coming:
    """Store a publication that is held, and its attempt, whose columns are in `values`.

    Returns:
        What comes back: no row, and nothing is stored, if the attempt lives no more.
    """
    values |= {
        "publication_id": publication_id,
        "state": kept.state.value,
        "lane": kept.lane,
        "due_at": kept.due_at,
        "hold_reason": kept.hold_reason,
        "expected_at": kept.expected_at,
        "detail": kept.detail,
        "end_code": kept.end_code,
        "post_ids": kept.post_ids,
        "post_url": kept.post_url,
        "visibility": kept.visibility.value,
        "finished_at": kept.finished_at,
    }
    return await _STORE.ask(session, values)


_DUE_NOW = Statement("""
    UPDATE publications SET due_at = app_now() WHERE id = :publication_id RETURNING due_at
""")


async def bring_on(session: AsyncSession, publication_id: str) -> datetime:
    """Make a publication that is held due at once."""
    row = await _DUE_NOW.first(session, {"publication_id": publication_id})
    assert row is not None
    return row[0]
