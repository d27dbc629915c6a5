"""A hundred posts of a million: how long a list takes, by whom the lists are asked and how.

The million is put in as `schedule` writes it, most of it over and the rest to come, for fifty
accounts and in a second network. Each list is asked for again and again on one connection, in
turns with the others; its time is from the request to the last byte of the answer, and beside it
stands the server's CPU for it.
"""

import json
import time
from collections.abc import Mapping
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
            for name, params in lists.items():
                for _ in range(3):
                    _ask(http, params)
                assert len(_ask(http, params)) <= 100, name
            for _ in range(2 if small else rounds * 8):
                for name, params in lists.items():
                    before = cpu_s([server.pid])
                    at = time.perf_counter()
                    _ask(http, params)
                    took[name].append((time.perf_counter() - at) * 1000)
                    cpu[name] += cpu_s([server.pid]) - before
    return _part(took, cpu, posts)


def _lists(stage: Stage) -> Mapping[str, Mapping[str, Any]]:
    deep = many.cursor_at(stage, 0.5)
    return {
        "newest": {"sortBy": "created-desc"},
        "plain": {},
        "status": {"status": "published"},
        "status_rare": {"status": "failed"},
        "account": {"accountId": stage.accounts[7]},
        "account_rare": {"accountId": stage.accounts[-1]},
        "account_status": {"accountId": stage.accounts[7], "status": "scheduled"},
        "account_newest": {"accountId": stage.accounts[7], "sortBy": "created-desc"},
        "platform": {"platform": "tiktok"},
        "platform_none": {"platform": "youtube"},
        "cursor": {"cursor": deep},
        "account_cursor": {"accountId": stage.accounts[7], "cursor": deep},
        "page_9": {"page": 9},
    }


def _ask(http: httpx2.Client, params: Mapping[str, Any]) -> list[Any]:
    answer = http.get("/v1/posts", params={"limit": 100, **params})
    answer.raise_for_status()
    return json.loads(answer.content)["posts"]


def _part(took: Mapping[str, list[float]], cpu: Mapping[str, float], posts: int) -> Part:
    told: dict[str, Any] = {"list_of": posts}
    click.echo(f"{'list':<18}{'median ms':>10}{'p90 ms':>10}{'server CPU ms':>15}")
    for name, each in took.items():
        told[f"list_{name}_ms"] = round(median(each), 1)
        told[f"list_{name}_server_cpu_ms"] = round(cpu[name] * 1000 / len(each), 1)
        click.echo(
            f"{name:<18}{median(each):>10.1f}{share(each, 0.9):>10.1f}"
            f"{told[f'list_{name}_server_cpu_ms']:>15.1f}"
        )
    worst = max(median(each) for each in took.values())
    return Part(told | {"list_ms": round(worst, 1)}, GOALS, worst < GOALS["list_ms"])
