"""What people do: cancel, connect again, edit, retry, decide; and webhooks, which only nudge."""

from collections.abc import Iterator

from benchmarks.explorer.contradiction import contradictions
from benchmarks.explorer.model import Model
from benchmarks.explorer.state import (
    NEEDS_LINK,
    NEEDS_RESUME,
    NEVER,
    NONE,
    Cancel,
    Lane,
    Lease,
    Row,
    State,
    Upload,
)
from benchmarks.explorer.tiktok import can_post
from benchmarks.explorer.worker import NOT_POSTED, judged, less, tidy
from postwright.publishing.attempt import Stage

Moves = Iterator[tuple[str, State]]


def people(m: Model, s: State) -> Moves:
    """Each thing that somebody can do now."""
    row = s.row
    if s.left.nudges and (nudged := nudge(m, s)) is not None:
        yield "a nudge", less(nudged, nudges=1)
    if s.left.minds:
        yield from contradictions(m, s)
    if s.left.hands:
        yield from _by_hand(m, s)
    if row.over:
        return
    if row.due == NEVER and row.hold in NEEDS_LINK:
        yield "the person connects again", _wake(s)._replace(token=True)
    if row.due == NEVER and row.hold in NEEDS_RESUME:
        yield "the person lifts the pause", _wake(s)
    if s.left.cancels and (cancelled := cancel(m, s)) is not None:
        yield "the person cancels", less(cancelled, cancels=1)


def nudge(m: Model, s: State) -> State | None:
    """A webhook comes, early or late, for the first or the second time: its status is asked."""
    row = s.row
    if row.over:
        if row.attempt == NONE or row.over in NOT_POSTED:
            return None
        return s._replace(row=row._replace(over="", lane=Lane.TRACK, due=0))
    if row.is_stopped:
        return None
    awake = any(not t.fenced_out for t in s.turns)
    if not awake:
        return _wake(s) if row.due != 0 else None
    started = row.attempt != NONE and m.book.uid(row.attempt) >= 0
    if row.nudged or not started or row.lane == Lane.START:
        return None
    return s._replace(row=row._replace(nudged=True))


def cancel(m: Model, s: State) -> State | None:
    """A person cancels: refused once the last byte may be on its way.

    But what TikTok fetches it can be asked to stop, and what FAILED is not begun anew.
    """
    row = s.row
    if row.over or row.cancel:
        return None
    if row.is_stopped:
        return None
    if row.attempt == NONE:
        return judged(m, s._replace(row=row._replace(cancel=Cancel.FIRM, over="cancelled")))
    a = m.book.attempts[row.attempt]
    how = Cancel.FIRM
    if a.last_byte_at is not None and m.rules.refuse_late_cancel:
        stopped = a.is_pull and a.stage in _TRACKED and a.publish_id is not None
        if not stopped and (a.is_pull or a.stage is not Stage.SETTLING):
            return None
        how = Cancel.ASKED if stopped or m.rules.settling_is_unsure else Cancel.FIRM
    return judged(m, _wake(s._replace(row=row._replace(cancel=how))))


def _by_hand(m: Model, s: State) -> Moves:
    acts = m.scenario.acts
    if "edit" in acts and (edited := _edit(m, s)) is not None:
        yield "the person edits it", less(edited, hands=1)
    if "retry" in acts and _may_retry(m, s):
        yield "the person tries it again", less(judged(m, _begun_anew(s)), hands=1)
    if "decide" in acts and s.row.unconfirmed and not s.row.over:
        yield from _decide(m, s)


def _edit(m: Model, s: State) -> State | None:
    """The attempt ends, and the next one has the new content."""
    row = s.row
    if row.over or row.cancel or row.unconfirmed:
        return None
    may = {Stage.READY} if m.rules.edit_only_ready else {Stage.READY, Stage.INTENT}
    if row.attempt != NONE and m.book.attempts[row.attempt].stage not in may:
        return None
    turns = tuple(t if t.fenced_out else t._replace(ended=True) for t in s.turns)
    edited = row._replace(attempt=NONE, host=NONE, edition=row.edition + 1)
    return tidy(m, judged(m, s._replace(row=edited, turns=turns)))


def _may_retry(m: Model, s: State) -> bool:
    unconfirmed = s.row.unconfirmed and not m.rules.retry_only_failed
    return s.row.over == "failed" or (unconfirmed and not s.row.over)


def _begun_anew(s: State) -> State:
    uploads = (u._replace(given_up=True) for u in s.uploads)
    row = s.row._replace(
        attempt=NONE, host=NONE, lane=Lane.START, due=0, hold="", unconfirmed=False,
        cancel=Cancel.NONE, retried=0, over="", nudged=False,
    )  # fmt: skip
    return s._replace(row=row, uploads=tuple(uploads))


def _decide(m: Model, s: State) -> Moves:
    """What a person says is true, and stays so: assumption PERSON_IS_RIGHT."""
    out = [u for u in s.uploads if can_post(u, m.size)]
    if out:
        is_draft = m.scenario.draft and out[0].phase != Upload.POSTED
        phase, over = (Upload.INBOX, "delivered") if is_draft else (Upload.POSTED, "published")
        told = tuple(u._replace(phase=phase) if u in out else u for u in s.uploads)
        after = _ended(m, s._replace(uploads=told), s.row._replace(over=over))
        yield "the person says it is out", less(after, hands=1)
        return
    told = tuple(u._replace(phase=Upload.FAILED) for u in s.uploads)
    after = _ended(m, s._replace(uploads=told), s.row._replace(over="failed"))
    yield "the person says it is not out", less(after, hands=1)
    yield "the person says it is not out, again please", less(_begun_anew(after), hands=1)


def _ended(m: Model, s: State, row: Row) -> State:
    """The attempt ends by hand. A worker in mid-turn is in another lane than what comes next."""
    row = row._replace(
        attempt=NONE, host=NONE, due=0, hold="", unconfirmed=False, nudged=False, decided=True
    )
    turns = tuple(
        t if t.fenced_out else t._replace(ended=True)
        for t in s.turns
        if t.fenced_out or not m.rules.live_check
    )
    return tidy(m, s._replace(row=row, lease=Lease.FREE, turns=turns))


def _wake(s: State) -> State:
    return s._replace(row=s.row._replace(due=0))


_TRACKED = frozenset({Stage.TRACKING, Stage.SETTLING})
