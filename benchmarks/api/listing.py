"""A hundred posts of a million: how long a list takes, by whom the lists are asked and how.

The million is put in as `schedule` writes it, most of it over and the rest to come, for fifty
accounts and in a second network. Each list is asked for again and again on one connection, in
turns with the others; its time is from the request to the last byte of the answer, and beside it
stands the server's CPU for it.

Some are of what is rare, some of what most posts are, in each order and by each filter, and by
keys that are bound to the accounts of a profile.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import click
import httpx2

from benchmarks.api import many
from benchmarks.api.stage import Stage, postwright, set_up
from benchmarks.parts import Part
from benchmarks.publishing.measuring import cpu_s, share

GOALS: dict[str, float] = {"list_ms": 20}
POSTS = 1_000_000
ACCOUNTS = 50
_UNSAID = "nobody says this"


def measure(*, rounds: int, small: bool) -> Part:
    """Each list some dozens of times, warm."""
    posts = 5_000 if small else POSTS
    with set_up(accounts=ACCOUNTS) as stage:
        began = time.perf_counter()
        many.fill(stage, posts)
        click.echo(f"{posts:,} posts in {time.perf_counter() - began:.0f} s")
        with (
            postwright(stage) as server,
            httpx2.Client(
                base_url=server.url, headers={"Authorization": f"Bearer {stage.key}"}
            ) as http,
        ):
            lists = _lists(stage)
            took = {name: list[float]() for name in lists}
            cpu = dict.fromkeys(lists, 0.0)
            shown = dict[str, int]()
            for name, wanted in lists.items():
                for _ in range(3):
                    _ask(http, wanted)
                shown[name] = len(json.loads(_ask(http, wanted))["posts"])
            for _ in range(2 if small else rounds * 8):
                for name, wanted in lists.items():
                    before = cpu_s([server.pid])
                    at = time.perf_counter()
                    _ask(http, wanted)
                    took[name].append((time.perf_counter() - at) * 1000)
                    cpu[name] += cpu_s([server.pid]) - before
    return _part(took, cpu, shown, posts)


@dataclass(frozen=True, slots=True)
class List:
    """A list that is asked for; `key` if it is by another one than the stage's."""

    params: Mapping[str, Any]
    key: str | None = None


def _lists(stage: Stage) -> Mapping[str, List]:
    some, _ = many.bound(stage, "Some", stage.accounts[-10:-1])
    few, key = many.bound(stage, "Few", stage.accounts[-1:])
    many_profile, many_key = many.bound(stage, "Many", stage.accounts[:-10])
    deep = many.cursor_at(stage, 0.5)
    account, rare, week = stage.accounts[7], stage.accounts[-1], _week()
    newest = {"sortBy": "created-desc"}
    asked: dict[str, dict[str, Any]] = {
        "plain": {},
        "newest": newest,
        "soonest": {"sortBy": "scheduled-asc"},
        "oldest": {"sortBy": "created-asc"},
        "by_status": {"sortBy": "status"},
        "status": {"status": "published"},
        "status_rare": {"status": "failed"},
        "status_none": {"status": "partial"},
        "status_oldest": {"status": "scheduled", "sortBy": "created-asc"},
        "drafts": {"status": "draft"},
        "account": {"accountId": account},
        "account_rare": {"accountId": rare},
        "account_status": {"accountId": account, "status": "scheduled"},
        "account_failed": {"accountId": account, "status": "failed"},
        "account_newest": {"accountId": account, **newest},
        "account_rare_newest": {"accountId": rare, **newest},
        "account_by_status": {"accountId": account, "sortBy": "status"},
        "account_dates": {"accountId": account, **week},
        "account_cursor": {"accountId": account, "cursor": deep},
        "account_tags": {"accountId": account, "tags": "spring"},
        "platform": {"platform": "tiktok"},
        "platform_none": {"platform": "youtube"},
        "platform_failed": {"platform": "tiktok", "status": "failed"},
        "profile_many": {"profileId": many_profile},
        "profile_some": {"profileId": some},
        "profile_some_newest": {"profileId": some, **newest},
        "profile_some_failed": {"profileId": some, "status": "failed"},
        "profile_few": {"profileId": few},
        "dates": week,
        "dates_failed": {**week, "status": "failed"},
        "made_by": {"createdBy": "key_other"},
        "source_rare": {"source": "csv"},
        "tags": {"tags": "spring,sale"},
        "tags_none": {"tags": "nobodys"},
        "search": {"search": "sunset"},
        "cursor": {"cursor": deep},
        "page_9": {"page": 9},
    }
    by_key = {
        "key_many": List({}, many_key),
        "key_many_newest": List(newest, many_key),
        "key_few": List({}, key),
        "key_few_status": List({"status": "published"}, key),
    }
    # What no index answers alone is told, and has no goal.
    slow: dict[str, dict[str, Any]] = {
        "slow_dates_newest": {**week, **newest},
        "slow_page_5000": {"page": 5000},
        "slow_search_account": {"accountId": account, "search": _UNSAID},
        "slow_search": {"search": _UNSAID},
    }
    return {name: List(params) for name, params in (asked | slow).items()} | by_key


def _week() -> dict[str, str]:
    """A week that was two months ago."""
    last = datetime.now(UTC) - timedelta(days=60)
    return {"dateFrom": (last - timedelta(days=7)).isoformat(), "dateTo": last.isoformat()}


def _ask(http: httpx2.Client, wanted: List) -> bytes:
    headers = {} if wanted.key is None else {"Authorization": f"Bearer {wanted.key}"}
    answer = http.get("/v1/posts", params={"limit": 100, **wanted.params}, headers=headers)
    answer.raise_for_status()
    return answer.content


def _part(
    took: Mapping[str, list[float]],
    cpu: Mapping[str, float],
    shown: Mapping[str, int],
    posts: int,
) -> Part:
    told: dict[str, Any] = {"list_of": posts}
    click.echo(f"{'list':<22}{'posts':>7}{'median ms':>10}{'p90 ms':>10}{'server CPU ms':>15}")
    for name, each in took.items():
        told[f"list_{name}_ms"] = round(median(each), 1)
        told[f"list_{name}_server_cpu_ms"] = round(cpu[name] * 1000 / len(each), 1)
        click.echo(
            f"{name:<22}{shown[name]:>7}{median(each):>10.1f}{share(each, 0.9):>10.1f}"
            f"{told[f'list_{name}_server_cpu_ms']:>15.1f}"
        )
    medians = {name: median(each) for name, each in took.items() if not name.startswith("slow_")}
    worst = max(medians, key=lambda name: medians[name])
    told |= {"list_ms": round(medians[worst], 1), "list_worst": worst}
    return Part(told, GOALS, medians[worst] < GOALS["list_ms"])
