"""TikTok posts after all what it had said failed for good, and tells so by a webhook.

It should not: that is assumption SAME_FAILURE, or FINAL_REASONS. So of what has been sent already
in its place nothing is promised; but nothing more is to be sent, and what is known is to be said.
"""

from collections.abc import Iterator

from benchmarks.explorer import host
from benchmarks.explorer.model import Model
from benchmarks.explorer.state import NEVER, NONE, Cancel, Remote, Row, State, Turn, Upload
from benchmarks.explorer.tiktok import has_failed, replaced
from benchmarks.explorer.worker import NOT_POSTED, judged, less, tidy
from postwright.publishing.attempt import LIVE, EarlierIsOut, OutAfterAll, Stage

_ANNOUNCED = frozenset({Stage.INTENT, Stage.OPEN})


def contradictions(m: Model, s: State) -> Iterator[tuple[str, State]]:
    """Each upload that can come back so, with the world after it."""
    for upload in s.uploads:
        if upload.given_up and has_failed(upload, m.size):
            out = upload._replace(phase=Upload.POSTED, given_up=False, edition=s.row.edition)
            after = s._replace(uploads=replaced(s.uploads, out))
            yield "TikTok posts what had failed", less(_told(m, after, out), minds=1)


def _told(m: Model, s: State, out: Remote) -> State:
    row = s.row
    if row.over in NOT_POSTED and row.attempt != NONE and m.book.uid(row.attempt) == out.uid:
        return _asked_again(m, s, out)
    return _stopped(m, s, out)


def _asked_again(m: Model, s: State, out: Remote) -> State:
    """It was the last one, and is over: its status is asked."""
    told = m.book.decide(s.row.attempt, m.book.event(OutAfterAll()), 0)
    if told.kind != "wait":
        return judged(m, s._replace(uploads=replaced(s.uploads, out._replace(given_up=True))))
    row = s.row._replace(attempt=told.attempt, lane=told.lane, due=told.due)
    return judged(m, s._replace(row=_reopened(row)))


def _stopped(m: Model, s: State, out: Remote) -> State:
    """Something was to be posted in its place: that is stopped, unless it has been sent."""
    row = s.row
    live = NONE if row.over else row.attempt
    a = m.book.attempts[live if live != NONE else m.first_attempt()]
    served = False
    if live != NONE and a.is_pull and a.stage in _ANNOUNCED:
        after, closed = host.void(m, s, row.host)
        served = not closed
        s = after if m.rules.word_closes else s
    if row.over not in {"", *NOT_POSTED} or a.last_byte_at is not None or served:
        rest = tuple(u for u in s.uploads if u != out)  # twice, perhaps: a person is told
        return tidy(m, judged(m, s._replace(uploads=rest)))
    if not m.rules.word_counts:
        return judged(m, s)
    told = m.book.decide(m.book.attempt(a), m.book.event(EarlierIsOut(1, served)), 0)
    if told.kind != "wait" or told.due != NEVER:
        return judged(m, s)
    kept = told.stage in LIVE
    # Somebody whose attempt a person has ended may still be in the middle of it: that is another.
    decided = row.decided and any(t.ended for t in s.turns)
    turns = s.turns if kept else _ended(s, drop=decided)
    held = _reopened(row)._replace(
        attempt=told.attempt if kept else NONE,
        host=row.host if kept else NONE,
        lane=told.lane,
        due=NEVER,
        hold=told.hold,
        unconfirmed=told.unconfirmed,
        nudged=False,
        decided=decided,
    )
    return tidy(m, judged(m, s._replace(row=held, turns=turns)))


def _ended(s: State, *, drop: bool) -> tuple[Turn, ...]:
    """Whoever has it in hand finds out when it records; `drop`: it is forgotten at once."""
    over = (t for t in s.turns if t.fenced_out or t.ended or not drop)
    return tuple(t if t.fenced_out else t._replace(ended=True) for t in over)


def _reopened(row: Row) -> Row:
    """Of what TikTok has taken back no cancel was sure."""
    cancel = Cancel.ASKED if row.cancel else Cancel.NONE
    return row._replace(over="", hold="", unconfirmed=False, cancel=cancel)
