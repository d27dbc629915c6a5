"""Judges a run: what TikTok has against what we say of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.crash import ledger
from benchmarks.crash.blows import Blow
from benchmarks.crash.clock import Clock
from benchmarks.crash.ledger import Inits
from benchmarks.crash.people import People
from benchmarks.crash.records import Publication, Records, read
from benchmarks.crash.scene import Scene
from benchmarks.crash.supply import Row
from postwright.platforms.content import Mode
from postwright.publishing.states import ENDS

_KNOWN_END = frozenset({"published", "delivered"})
_LOSING = frozenset({"drop_before", "drop_after", "truncated", "reset_in_answer", "reset_in_body"})


@dataclass(slots=True)
class Verdict:
    """What was found. A run is good if there are no `problems` and nobody was `crowded` by us.

    Attributes:
        posts: what TikTok has.
        expected: what there should be: one for each direct post that says published, and of
            drafts as many as their persons made.
        waiting: publications that wait for a person, with the reason they give.
        inits: how our ledger's inits and TikTok's go together.
        refusals: what TikTok refused, by operation, status and code.
        crowded: how often it said, without being told to, that there were too many requests.
        lost_answers: how many of its answers did not arrive, or not whole.
        disturbed_webhooks: how many of its webhooks were lost, or came twice, late or not at all.
        problems: everything that is not as it should be, in words.
    """

    posts: int = 0
    expected: int = 0
    waiting: list[str] = field(default_factory=list[str])
    inits: Inits = field(default_factory=Inits)
    refusals: Counter[str] = field(default_factory=Counter[str])
    crowded: int = 0
    lost_answers: int = 0
    disturbed_webhooks: int = 0
    problems: list[str] = field(default_factory=list[str])


async def judge(
    scene: Scene, clock: Clock, rows: Sequence[Row], blows: Sequence[Blow], people: People
) -> Verdict:
    """Compare everything with everything."""
    records = await read(scene, clock, rows)
    verdict = Verdict(posts=len(records.posts))
    for row in rows:
        row.attempts = len(records.of(row.publication_id))
        row.inits = len(records.publishes_of(row.publication_id))
        row.blows = sum(row.publication_id == hit for blow in blows for hit, _ in blow.hands)
        row.posts = len(records.posts_of(row.publication_id))
        made = people.posts.get(row.publication_id, [])
        verdict.problems += compare_posts(records, row, made)
        verdict.problems += compare_standing(records, row, verdict.waiting)
        is_post = row.item.mode is Mode.DIRECT and row.state == "published"
        verdict.expected += is_post + len(made)
    verdict.problems += _strangers(records)
    verdict.problems += [f"lane {kind} of {whose} is late" for whose, kind in records.late_lanes]
    verdict.inits = ledger.compare(records)
    verdict.problems += verdict.inits.problems
    verdict.problems += ledger.unexplained(records)
    _count_refusals(records, verdict)
    verdict.lost_answers = sum(entry["fault"] in _LOSING for entry in records.requests)
    verdict.disturbed_webhooks = sum(
        told["state"] != "delivered" or len(told["attempts"]) > 1 for told in records.webhooks
    )
    return verdict


def compare_posts(records: Records, row: Row, made: list[str]) -> Iterator[str]:
    """Exactly the posts that there should be, with our bytes, under the ids that we tell."""
    publication = records.publications[row.publication_id]
    mine = records.posts_of(row.publication_id)
    ids = [post["post_id"] for post in mine]
    if row.item.mode is Mode.DRAFT:
        if ids != made:
            yield f"{row.publication_id}: its person made {made}, TikTok has {ids}"
        if (row.state == "published") is not bool(made):
            yield f"{row.publication_id}: {row.state}, but its person made {len(made)} posts"
    elif len(mine) != (row.state == "published"):
        yield f"{row.publication_id}: {row.state}, and TikTok has {len(mine)} posts of it"
    known = {attempt.publish_id for attempt in records.of(row.publication_id)}
    for post in mine:
        if _hashes(post) != [file.sha256 for file in row.item.files]:
            yield f"{row.publication_id}: post {post['post_id']} has other bytes"
        if post["publish_id"] not in known:
            yield f"{row.publication_id}: post {post['post_id']} is of an id that was not stored"
    shown = [post["post_id"] for post in mine if post["shows_id"]]
    if sorted(publication.post_ids) != sorted(shown):
        yield f"{row.publication_id}: it tells of {publication.post_ids}, TikTok of {shown}"


def _hashes(post: dict[str, Any]) -> list[str]:
    return [photo["sha256"] for photo in post["photos"]] or [post["sha256"]]


def compare_standing(records: Records, row: Row, waiting: list[str]) -> Iterator[str]:
    """It is over, or says which person it waits for; and nothing is left that lives on."""
    publication = records.publications[row.publication_id]
    attempts = records.of(row.publication_id)
    lives = [attempt for attempt in attempts if attempt.live]
    if publication.due_at is not None:
        yield f"{row.publication_id}: {row.state}, and due still at {publication.due_at}"
    if publication.state not in ENDS:
        if publication.hold_reason or publication.state == "unconfirmed":
            waiting.append(_says(publication))
        else:
            yield f"{row.publication_id} is stuck: {_says(publication)}"
    elif lives or publication.lane is not None:
        yield f"{row.publication_id}: {row.state}, and an attempt lives on"
    if len(lives) > 1:
        yield f"{row.publication_id} has {len(lives)} living attempts"
    last = attempts[-1].stage if attempts else ""
    if row.state in _KNOWN_END and last != row.state:
        yield f"{row.publication_id}: {row.state}, but its last attempt is {last}"


def _says(publication: Publication) -> str:
    said = publication.hold_reason or publication.end_code or "no reason"
    return f"{publication.id} {publication.state} ({said}: {publication.detail})"


def _strangers(records: Records) -> Iterator[str]:
    for publish in records.publishes:
        if records.owner(publish) is None:
            yield f"TikTok has {publish['publish_id']}, which is nobody's"


def _count_refusals(records: Records, verdict: Verdict) -> None:
    for entry in records.requests:
        if entry["status"] is not None and entry["status"] < 400:
            continue
        ordered = " (ordered)" if entry["fault"] else ""
        said = f"{entry['status']} {entry['code']}" if entry["status"] else "without an answer"
        verdict.refusals[f"{entry['operation']} {said}{ordered}"] += 1
        is_ours = entry["fault"] not in {"error", "html", "stale_token"}
        verdict.crowded += entry["code"] == "rate_limit_exceeded" and is_ours
