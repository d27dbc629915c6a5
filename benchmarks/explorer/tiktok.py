"""TikTok as the explorer knows it: posts by publish id, strict about order, free to fail.

Source: media-transfer-guide and get-video-status pages, 2026-09-11; where they are silent a
`Habits` value says which way it goes, and both ways are explored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.explorer.book import Asked
from benchmarks.explorer.state import NONE, Put, Remote, Upload
from postwright.platforms.answers import (
    AddressDead,
    Lost,
    OutOfStep,
    SendAnswer,
    Status,
    StatusAnswer,
    Stored,
)
from postwright.platforms.answers import Phase as Says

ADDRESS_LIFE_MIN = 60
LONGEST_PUT_MIN = 20
PASSING_MIN = 10
OLDEST_UPLOAD_MIN = ADDRESS_LIFE_MIN + LONGEST_PUT_MIN + 1
UNANSWERED = Lost(sent=True)
INCOMPLETE = frozenset({Upload.EXPECTS_BYTES, Upload.FAILED_PASSING})


@dataclass(frozen=True, slots=True)
class Habits:
    """What is not documented, or documented two ways."""

    numbers: str = "count"  # in Content-Range: count, last_index or none
    reports_bytes: bool = True  # whether status/fetch carries uploaded_bytes
    resent: str = "416"  # a range sent again after the last one: 416, stored or 404
    keeps_parts: bool = False  # whether a broken PUT leaves its first half
    tells_ids: bool = True  # False: the public id comes later, or never
    drafts: bool = False  # what it has goes to the creator's inbox


def find(uploads: tuple[Remote, ...], uid: int) -> Remote:
    """The upload with this id."""
    return next(u for u in uploads if u.uid == uid)


def replaced(uploads: tuple[Remote, ...], new: Remote) -> tuple[Remote, ...]:
    """The same uploads with one changed."""
    return tuple(new if u.uid == new.uid else u for u in uploads)


def opened(
    uploads: tuple[Remote, ...], *, given_up: bool, host: int = NONE, edition: int = 0
) -> tuple[tuple[Remote, ...], int]:
    """An init acts. Ids that nobody knows any more are used again, so equal worlds stay equal."""
    used = {u.uid for u in uploads}
    uid = next(n for n in range(len(used) + 1) if n not in used)
    new = Remote(
        uid, 0, Upload.EXPECTS_BYTES, 0, -1,
        told_failed=False, killed=False, given_up=given_up, host=host, edition=edition,
    )  # fmt: skip
    return tuple(sorted((*uploads, new))), uid


def address_is_dead(upload: Remote, put_age: int) -> bool:
    """Whether the address had ended when this PUT began."""
    return upload.killed or upload.age - put_age >= ADDRESS_LIFE_MIN


def put(
    upload: Remote, call: Asked, age: int, size: int, habits: Habits
) -> tuple[Remote, SendAnswer]:
    """What began `age` minutes ago reaches TikTok: what it becomes, what it answers."""
    if call.kind == "get":
        return _fetched(upload, call, size), UNANSWERED
    if age > LONGEST_PUT_MIN:
        return upload, UNANSWERED
    if address_is_dead(upload, age):
        return upload, AddressDead("403")
    if upload.received == size:
        return _again(upload, size, habits)
    if upload.phase not in INCOMPLETE:
        return upload, AddressDead("404")
    if call.first != upload.received:
        return upload, OutOfStep(_number(upload.received, habits))
    changed = _with_bytes(upload, call, size)
    return changed, Stored(changed.received == size, _number(changed.received, habits))


def _with_bytes(upload: Remote, call: Asked, size: int) -> Remote:
    received = call.last + 1
    complete = received == size
    changed = upload._replace(received=received)
    if complete and upload.phase == Upload.EXPECTS_BYTES:
        changed = changed._replace(phase=Upload.PROCESSING)
    elif complete:
        changed = changed._replace(failed_age=0)  # its arrival may set off the ten minutes anew
    return changed


def _fetched(upload: Remote, call: Asked, size: int) -> Remote:
    if upload.phase not in INCOMPLETE or call.first != upload.received:
        return upload
    return _with_bytes(upload, call, size)


def half_put(upload: Remote, call: Asked) -> Remote | None:
    """A PUT breaks and TikTok keeps its first half.

    Never all but one byte of it: that count could also be the last index of the whole range, and
    with ranges of megabytes it does not happen.
    """
    half = (call.last + 1 - call.first) // 2
    wanted = upload.phase == Upload.EXPECTS_BYTES and call.first == upload.received
    if half < 2 or not wanted or address_is_dead(upload, 0):
        return None
    return upload._replace(received=call.first + half)


def _again(upload: Remote, size: int, habits: Habits) -> tuple[Remote, SendAnswer]:
    match habits.resent:
        case "stored":
            fresh = upload.phase == Upload.FAILED_PASSING
            return (upload._replace(failed_age=0) if fresh else upload), Stored(
                complete=True, received=_number(size, habits)
            )
        case "404":
            return upload, AddressDead("404")
        case _:
            return upload, OutOfStep(_number(size, habits))


def _number(received: int, habits: Habits) -> int | None:
    match habits.numbers:
        case "count":
            return received
        case "last_index":
            return received - 1 if received else None
        case _:
            return None


class Look(NamedTuple):
    """One way a status request can go. `kind` is calm, free or a fault."""

    kind: str
    says: str
    upload: Remote
    answer: StatusAnswer


def looks(
    upload: Remote,
    size: int,
    habits: Habits,
    *,
    out_of_reach: bool = False,
    delivered: bool = False,
) -> Iterator[Look]:
    """What status/fetch can say of it, and what it is then. The calm answer comes first.

    `out_of_reach`: what TikTok would have to fetch can not be fetched any more.
    `delivered`: we know that the draft lies in the inbox.
    """
    match upload.phase:
        case Upload.PROCESSING:
            yield from _ready(upload, habits)
        case Upload.EXPECTS_BYTES:
            if out_of_reach:
                yield _unfetched(upload, habits)
            yield _processing("free" if out_of_reach else "calm", upload, habits)
            yield from _fails(upload, habits)
        case Upload.POSTED:
            yield from _complete(upload, habits)
        case Upload.INBOX:
            yield from _lies_there(upload, habits, delivered=delivered)
        case Upload.STOPPED:
            answer = Status(Says.FAILED, fail_reason="publish_cancelled", fail_is_cancel=True)
            yield Look("calm", "cancelled", upload, answer)
        case _:
            yield Look("calm", "failed", upload, _failed(upload, habits))
            if may_pass(upload):
                yield _processing("free", passed(upload, size), habits)


def _ready(upload: Remote, habits: Habits) -> Iterator[Look]:
    if habits.drafts:
        yield _inbox(upload)
    else:
        yield from _complete(upload._replace(phase=Upload.POSTED), habits)
    yield _processing("free", upload, habits)
    yield from _fails(upload, habits)


def _unfetched(upload: Remote, habits: Habits) -> Look:
    age = PASSING_MIN if upload.told_failed else 0
    failing = upload._replace(phase=Upload.FAILED_PASSING, failed_age=age)
    return Look("calm", "cannot be fetched", failing, _failed(failing, habits))


def _lies_there(upload: Remote, habits: Habits, *, delivered: bool) -> Iterator[Look]:
    yield _inbox(upload)
    for look in _complete(upload._replace(phase=Upload.POSTED), habits):
        yield look._replace(kind="free", says=f"finished, {look.says}")
    # What was delivered can be finished whatever the status says.
    for passing in (False, True) if delivered else ():
        answer = Status(Says.FAILED, fail_reason="internal", fail_is_passing=passing)
        yield Look("fault", "failed, though in the inbox", upload, answer)


def _complete(upload: Remote, habits: Habits) -> Iterator[Look]:
    yield Look("calm", "complete", upload, Status(Says.COMPLETE, post_ids=("7",)))
    if not habits.tells_ids:
        yield Look("free", "complete, no id yet", upload, Status(Says.COMPLETE))
    if habits.drafts:
        yield Look("free", "complete, twice", upload, Status(Says.COMPLETE, post_ids=("8",)))


def _inbox(upload: Remote) -> Look:
    return Look("calm", "in the inbox", upload._replace(phase=Upload.INBOX), Status(Says.INBOX))


def _processing(kind: str, upload: Remote, habits: Habits) -> Look:
    received = upload.received if habits.reports_bytes else None
    return Look(kind, f"processing ({received})", upload, Status(Says.PROCESSING, received))


def _fails(upload: Remote, habits: Habits) -> Iterator[Look]:
    final = upload._replace(phase=Upload.FAILED)
    yield Look("fault", "failed for good", final, _failed(final, habits))
    # The latest moment at which it can have failed is now, which leaves it the longest to pass.
    # Once a failure is on record the next one is taken to be the same: assumption SAME_FAILURE.
    age = PASSING_MIN if upload.told_failed else 0
    passing = upload._replace(phase=Upload.FAILED_PASSING, failed_age=age)
    yield Look("fault", "failed, perhaps", passing, _failed(passing, habits))


def _failed(upload: Remote, habits: Habits) -> Status:
    received = upload.received if habits.reports_bytes else None
    if upload.phase == Upload.FAILED:
        return Status(Says.FAILED, received, fail_reason="duration_check_failed")
    return Status(Says.FAILED, received, fail_reason="internal", fail_is_passing=True)


def expects_bytes(upload: Remote) -> bool:
    """Whether it waits for bytes of ours, and the address would take them."""
    waits = upload.phase == Upload.EXPECTS_BYTES and not upload.is_pull
    return waits and not address_is_dead(upload, 0)


def can_post(upload: Remote, size: int) -> bool:
    """Whether it is a post, or can become one without another byte."""
    there = upload.phase in {Upload.PROCESSING, Upload.POSTED, Upload.INBOX} or may_pass(upload)
    return there and upload.received == size


def passed(upload: Remote, size: int) -> Remote:
    """Its failure has passed."""
    back = Upload.PROCESSING if upload.received == size else Upload.EXPECTS_BYTES
    return upload._replace(phase=back, failed_age=-1)


def has_failed(upload: Remote, size: int) -> bool:
    """Whether it is all there, and FAILED for good as far as TikTok says."""
    failed = upload.phase in {Upload.FAILED, Upload.FAILED_PASSING}
    return failed and upload.received == size and not may_pass(upload)


def may_pass(upload: Remote) -> bool:
    """Whether a FAILED may still turn."""
    return upload.phase == Upload.FAILED_PASSING and upload.failed_age < PASSING_MIN


def older(upload: Remote, minutes: int) -> Remote:
    """The upload, later."""
    failed = upload.failed_age
    return upload._replace(
        age=min(upload.age + minutes, OLDEST_UPLOAD_MIN),
        failed_age=failed if failed < 0 else min(failed + minutes, PASSING_MIN),
    )


def older_put(waiting: Put, call: Asked, upload: Remote, minutes: int) -> Put | None:
    """What is under way, later; None when it is too old to act.

    A GET is as old as its pull: assumption LONGEST_PULL is about those that began in time.
    """
    if call.kind == "get":
        return None if upload.age < OLDEST_UPLOAD_MIN <= upload.age + minutes else waiting
    age = waiting.age + minutes
    return None if age > LONGEST_PUT_MIN else Put(waiting.call, age)


def is_pointless(upload: Remote, call: Asked, age: int, size: int, habits: Habits) -> bool:
    """Whether a PUT whose sender is gone can not change anything any more, now or later."""
    if upload.phase in {Upload.FAILED, Upload.STOPPED}:
        return True
    if call.kind == "get":
        return call.first != upload.received
    if address_is_dead(upload, age):
        return True
    if upload.received == size:
        return habits.resent != "stored"
    return call.first < upload.received
