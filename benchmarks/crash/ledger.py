"""Whether the ledger explains everything: each init that TikTok saw, and each publication's end.

An init that TikTok saw is one row of ours, with its log id. Two kinds may lack it, and nothing
else: those whose answer was lost, which are rows without a log id; and those whose worker was
killed before it could record what came of them. Of these the intent is a row, which was written by
whoever found it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from benchmarks.crash.records import INITS, Attempt, Call, Publication, Records
from postwright.platforms.base import Asking
from postwright.publishing.unrecorded import CODE

# From when a call comes in until its record: the call, a row that is held up, and some more.
_CALL = timedelta(seconds=9)
# From an intent until its init comes in: a worker may have been stopped between the two.
_ASLEEP = timedelta(seconds=60)
# Of our own, without TikTok.
_OURS = frozenset({"no_upload_completed", "upload_rejected"})


@dataclass(slots=True)
class Inits:
    """How many inits TikTok saw, and what there is of them in our ledger."""

    seen: int = 0
    in_ledger: int = 0
    answer_lost: int = 0
    died_between: int = 0
    never_arrived: int = 0
    problems: list[str] = field(default_factory=list[str])


def compare(records: Records) -> Inits:
    """Hold TikTok's request log against our ledger, init by init."""
    found = Inits()
    entries = [entry for entry in records.requests if entry["operation"] in INITS]
    rows = [call for call in records.calls if call.operation in INITS]
    by_log_id = {entry["log_id"]: entry for entry in entries}
    found.seen = len(entries)
    told, lost = [row for row in rows if row.log_id], [row for row in rows if not row.log_id]
    for row in told:
        entry = by_log_id.pop(row.log_id, None)
        found.in_ledger += 1
        if entry is None or (entry["username"], entry["status"]) != (row.username, row.http_status):
            found.problems.append(f"ledger: init {row.log_id} is not as TikTok has it: {entry}")
    answerless = _pairs(by_log_id.values(), lost, records, _CALL)
    found.answer_lost = len(answerless)
    rest = [entry for log_id, entry in by_log_id.items() if log_id not in answerless]
    intents = [call for call in records.calls if call.code == CODE]
    unrecorded = _pairs(rest, intents, records, _ASLEEP)
    found.died_between = len(unrecorded)
    found.problems += [
        f"ledger: nothing tells of an init that TikTok saw: {entry}"
        for entry in rest
        if entry["log_id"] not in unrecorded
    ]
    found.never_arrived = len(lost) - len(answerless)
    found.problems += _ids(records, told)
    return found


def _pairs(
    entries: Iterable[dict[str, Any]], rows: Sequence[Call], records: Records, within: timedelta
) -> set[str]:
    """The log ids of inits that go with one of these rows each: the nearest go together."""
    fitting = [
        (abs(row.at - entry["real_at"]), entry["log_id"], n)
        for entry in entries
        for n, row in enumerate(rows)
        if row.username == entry["username"]
        and row.operation in {entry["operation"], Asking.OPEN}
        and records.owners.get(entry["publish_id"] or "", row.publication_id) == row.publication_id
        and abs(row.at - entry["real_at"]) < within
    ]
    found, used = set[str](), set[int]()
    for _, log_id, n in sorted(fitting):
        if log_id not in found and n not in used:
            found.add(log_id)
            used.add(n)
    return found


def _ids(records: Records, told: Sequence[Call]) -> Iterator[str]:
    """An id that is stored was told by one init of its attempt."""
    said = {entry["log_id"]: entry["publish_id"] for entry in records.requests}
    inits = defaultdict[tuple[str | None, int | None], list[str]](list)
    for row in told:
        if (publish_id := said.get(row.log_id)) is not None:
            inits[row.publication_id, row.attempt].append(publish_id)
    for attempt in records.attempts:
        here = inits[attempt.publication_id, attempt.number]
        if attempt.publish_id is not None and here != [attempt.publish_id]:
            yield f"{attempt.id} has {attempt.publish_id}, and its inits told {here}"
    for publication_id in records.publications:
        yield from _not_stored(records, publication_id)


def _not_stored(records: Records, publication_id: str) -> Iterator[str]:
    """An attempt whose id is not known was given up, and had one init at most."""
    attempts = records.of(publication_id)
    stored = {attempt.publish_id for attempt in attempts}
    strays = [
        publish
        for publish in records.publishes_of(publication_id)
        if publish["publish_id"] not in stored
    ]
    given_up = [each for each in attempts if each.publish_id is None and not each.live]
    if len(strays) > len(given_up):
        yield (
            f"{publication_id}: TikTok knows {len(strays)} ids that were not stored, of "
            f"{len(given_up)} attempts that were given up"
        )
    for stray in strays:
        if stray["state"] in {"published", "delivered"}:
            yield f"{publication_id}: {stray['publish_id']} was not stored, and is {stray['state']}"


def unexplained(records: Records) -> Iterator[str]:
    """Ends that do not follow from the ledger's rows."""
    asked = defaultdict[tuple[str | None, int | None], list[Call]](list)
    for call in records.calls:
        asked[call.publication_id, call.attempt].append(call)
    for publication in records.publications.values():
        attempts = records.of(publication.id)
        calls = asked[publication.id, attempts[-1].number] if attempts else []
        if not _follows(records, publication, attempts, calls):
            yield (
                f"{publication.id}: its ledger does not explain {publication.state} "
                f"({publication.end_code} {publication.detail})"
            )


def _follows(
    records: Records,
    publication: Publication,
    attempts: Sequence[Attempt],
    calls: Sequence[Call],
) -> bool:
    match publication.state:
        case "published" | "delivered":
            return _was_told(records, attempts[-1], calls)
        case "failed":
            by_status = _was_told(records, attempts[-1], calls) and any(
                (each["publish_id"], each["fail_reason"])
                == (attempts[-1].publish_id, publication.end_code)
                for each in records.publishes
            )
            by_call = any(call.code == publication.end_code for call in calls)
            return by_status or by_call or publication.end_code in _OURS
        case "cancelled":
            return publication.cancel_requested
        case _:
            return bool(publication.hold_reason) or publication.state == "unconfirmed"


def _was_told(records: Records, attempt: Attempt, calls: Sequence[Call]) -> bool:
    """Whether a status request about this very id was answered."""
    about = {
        entry["log_id"]
        for entry in records.requests
        if entry["operation"] == "status" and entry["publish_id"] == attempt.publish_id
    }
    return any(
        call.operation == "status" and call.http_status == 200 and call.log_id in about
        for call in calls
    )
