"""Compares what TikTok has with what the script says must be there."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.week.expect import Expected, expected
from benchmarks.week.items import Item, Part
from postwright.platforms.content import Mode

CAP = 15
DAY = timedelta(hours=24)
# Both clocks are the machine's plus an offset in milliseconds.
_SLACK = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known at the end.

    Attributes:
        posts: TikTok's posts.
        publishes: its publish ids, by id.
        states: what the service says of each post, by number.
        announced: the publish ids that the service knows, by number.
        hashes: what each post's files hash to, by number.
    """

    posts: Sequence[Mapping[str, Any]]
    publishes: Mapping[str, Mapping[str, Any]]
    states: Mapping[int, str]
    announced: Mapping[int, Sequence[str]]
    hashes: Mapping[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a post.

    Attributes:
        item: the post.
        wanted: what the script says of it.
        ended: what the service says.
        posts: how many there are of it at TikTok.
        announced_at: when what became of it was announced to TikTok, if that has happened.
        wrong: what is not as it should be.
    """

    item: Item
    wanted: Expected
    ended: str
    posts: int
    announced_at: datetime | None
    wrong: Sequence[str]

    @property
    def late(self) -> timedelta:
        """How long after it was due it was announced; nothing if it never was."""
        return timedelta(0) if self.announced_at is None else self.announced_at - self.due_at

    @property
    def due_at(self) -> datetime:
        """When it was to go out."""
        return self.wanted.not_before


@dataclass(slots=True)
class Verdict:
    """What was found; nothing is wrong if there are no `problems`.

    `most` is how many direct posts each creator had in any 24 hours.
    """

    fates: list[Fate] = field(default_factory=list[Fate])
    appeared: int = 0
    most: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])

    @property
    def should_appear(self) -> int:
        """How many posts TikTok has to have."""
        return sum(fate.wanted.posts for fate in self.fates)


def late_without_excuse(fates: Sequence[Fate], most: timedelta) -> list[Fate]:
    """Ordinary posts later than this, which nothing in the story was to make late; latest first."""
    plain = (fate for fate in fates if fate.item.part is Part.PLAIN and fate.late > most)
    return sorted(plain, key=lambda fate: -fate.late)


def judge(items: Sequence[Item], evidence: Evidence) -> Verdict:
    """Look at each post, and at whatever TikTok has beyond them."""
    verdict = Verdict(appeared=len(evidence.posts), most=_most_in_a_day(evidence.posts))
    found = _by_item(items, evidence)
    for item in items:
        fate = _fate(item, found.pop(item.number, []), evidence)
        verdict.fates.append(fate)
        verdict.problems += [f"{item.text()} ({item.part}): {what}" for what in fate.wrong]
    verdict.problems += [f"nobody's: {post['title']!r}" for each in found.values() for post in each]
    verdict.problems += _strangers(evidence)
    verdict.problems += [
        f"{most} posts of @{username} in 24 hours"
        for username, most in verdict.most.items()
        if most > CAP
    ]
    return verdict


def _fate(item: Item, mine: Sequence[Mapping[str, Any]], evidence: Evidence) -> Fate:
    wanted = expected(item)
    return Fate(
        item=item,
        wanted=wanted,
        ended=evidence.states[item.number],
        posts=len(mine),
        announced_at=_first_announced(item, mine, evidence),
        wrong=tuple(_wrong(item, wanted, mine, evidence)),
    )


def _by_item(items: Sequence[Item], evidence: Evidence) -> dict[int | str, list[Mapping[str, Any]]]:
    """TikTok's posts by whose they are: a text tells, or, of a draft, its bytes."""
    owners = {
        tuple(evidence.hashes[item.number]): item.number
        for item in items
        if item.mode is Mode.DRAFT
    }
    found = defaultdict[int | str, list[Mapping[str, Any]]](list)
    for post in evidence.posts:
        number = str(post["title"])[:4]
        key = int(number) if number.isdecimal() else post["post_id"]
        found[owners.get(_hashes(post), key)].append(post)
    return found


def _hashes(post: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(photo["sha256"] for photo in post["photos"]) or (post["sha256"],)


def _wrong(
    item: Item, wanted: Expected, mine: Sequence[Mapping[str, Any]], evidence: Evidence
) -> Iterator[str]:
    state = evidence.states[item.number]
    if state != wanted.ends_as:
        yield f"it is {state}, and should be {wanted.ends_as}"
    if len(mine) != wanted.posts:
        yield f"TikTok has {len(mine)} posts of it, and should have {wanted.posts}"
    for post in mine:
        if post["username"] != item.account.username:
            yield f"it is on the profile of @{post['username']}"
        if wanted.text is not None and post["title"] != wanted.text:
            yield f"its text is {post['title']!r}"
        if _hashes(post) != tuple(evidence.hashes[item.number]):
            yield "it has other bytes"
        if post["publish_id"] not in evidence.announced[item.number]:
            yield f"the service does not know its {post['publish_id']}"
    for publish_id in evidence.announced[item.number]:
        at = _announced_at(evidence, publish_id)
        if at < wanted.not_before - _SLACK:
            yield f"it was announced at {at}, before its time, {wanted.not_before}"


def _strangers(evidence: Evidence) -> Iterator[str]:
    """What TikTok has of which the service knows no id: harmless if it never became anything."""
    known = {publish_id for ids in evidence.announced.values() for publish_id in ids}
    for publish_id, publish in evidence.publishes.items():
        if publish_id not in known and publish["state"] in {"published", "delivered"}:
            yield f"{publish_id} is {publish['state']}, and nobody's"


def _first_announced(
    item: Item, mine: Sequence[Mapping[str, Any]], evidence: Evidence
) -> datetime | None:
    """When what became a post, or a draft in the inbox, was announced to TikTok."""
    ids = {post["publish_id"] for post in mine}
    if item.mode is Mode.DRAFT:
        ids |= {
            each
            for each in evidence.announced[item.number]
            if evidence.publishes[each]["state"] in {"delivered", "published"}
        }
    return min((_announced_at(evidence, each) for each in ids), default=None)


def _announced_at(evidence: Evidence, publish_id: str) -> datetime:
    return datetime.fromisoformat(evidence.publishes[publish_id]["created_at"])


def _most_in_a_day(posts: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """The most direct posts of each creator in any 24 hours."""
    times = defaultdict[str, list[datetime]](list)
    for post in posts:
        if post["is_direct"]:
            times[post["username"]].append(datetime.fromisoformat(post["created_at"]))
    most = Counter[str]()
    for username, moments in times.items():
        moments.sort()
        for n, end in enumerate(moments):
            since = [at for at in moments[: n + 1] if end - at < DAY]
            most[username] = max(most[username], len(since))
    return most
