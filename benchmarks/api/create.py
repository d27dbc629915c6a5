"""Posts made a second, beside rows inserted a second by a bare route; and how punctual it is.

Both servers run all the while, over one PostgreSQL, and get the same bodies from the same client;
a round has the one, then the other. The post is for one account, of a video that is known, at a
time to come: key, rules, account, file, repeats are checked, and post, publication, lane, audit
log and events written.
"""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import click

from benchmarks.api import bare
from benchmarks.api.load import Make, as_fast_as_it_goes, steadily
from benchmarks.api.stage import Server, Stage, postwright, served, set_up
from benchmarks.parts import Part
from benchmarks.publishing.measuring import cpu_s, family, share

GOALS: dict[str, float] = {"create_ratio": 0.5, "create_p99_ms": 60}
LINES = 8
ROUND_S = 6.0
STEADY_S = 30.0
PER_S = 100
_SETTINGS = {
    "privacy_level": "PUBLIC_TO_EVERYONE",
    "allow_comment": True,
    "allow_duet": True,
    "allow_stitch": True,
    "content_preview_confirmed": True,
    "express_consent_given": True,
}


def requests(stage: Stage, accounts: int) -> Make:
    """What makes the nth request: another text each time, for each of some accounts in turn."""
    at = datetime.now(UTC) + timedelta(days=2)

    def make(n: int) -> bytes:
        body = json.dumps(
            {
                "content": f"Check out this amazing sunset! #sunset #nature {n}",
                "mediaItems": [{"type": "video", "url": stage.video_url}],
                "platforms": [{"platform": "tiktok", "accountId": stage.accounts[n % accounts]}],
                "scheduledFor": (at + timedelta(seconds=n % 80_000)).isoformat(),
                "tiktokSettings": _SETTINGS,
            }
        ).encode()
        return (
            b"POST /v1/posts HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
            % (stage.key.encode(), len(body), body)
        )

    return make


def measure(*, rounds: int, small: bool) -> Part:
    """Rounds of both, one account and many; then a steady 100 a second."""
    seconds = 0.5 if small else ROUND_S
    with set_up(accounts=50) as stage, ExitStack() as stack:
        stage.run(bare.TABLE)
        plain = stack.enter_context(served(["-m", "benchmarks.api.bare", stage.url], {}))
        ours = stack.enter_context(postwright(stage))
        bench = _Bench(stage, plain, ours, seconds)
        bench.warm_up()
        # PostgreSQL learns by itself, within a minute, how many rows there are.
        stage.vacuum(("posts", "publications", "post_accounts", "connections", "media_files"))
        bench.rounds(1 if small else rounds)
        answers = steadily(
            ours.port,
            requests(stage, 1),
            per_s=PER_S,
            seconds=1 if small else STEADY_S,
            begin=bench.made,
        )
    took = [each * 1000 for each in answers.took]
    told = bench.told() | {
        "create_p50_ms": round(median(took), 1),
        "create_p99_ms": round(share(took, 0.99), 1),
        "create_max_ms": round(max(took), 1),
    }
    for name, value in told.items():
        click.echo(f"{name:<32}{value:>10}")
    met = (
        told["create_ratio"] >= GOALS["create_ratio"]
        and told["create_p99_ms"] < GOALS["create_p99_ms"]
    )
    return Part(told, GOALS, met)


class _Bench:
    """Both servers, and how they did."""

    def __init__(self, stage: Stage, plain: Server, ours: Server, seconds: float) -> None:
        self._stage = stage
        self._seconds = seconds
        self._ways = {
            "bare": (plain, requests(stage, 1)),
            "create": (ours, requests(stage, 1)),
            "create_many": (ours, requests(stage, len(stage.accounts))),
        }
        self._rates = {name: list[float]() for name in self._ways}
        self._costs = {name: list[tuple[float, float]]() for name in self._ways}
        self.made = 0

    def warm_up(self) -> None:
        """What is loaded, planned and prepared at first use is not measured."""
        for name in self._ways:
            self._one(name, self._seconds / 3)

    def rounds(self, count: int) -> None:
        """So many rounds of each."""
        for _ in range(count):
            for name in self._ways:
                rate, *cost = self._one(name, self._seconds)
                self._rates[name].append(rate)
                self._costs[name].append((cost[0], cost[1]))

    def told(self) -> dict[str, Any]:
        """The medians of all rounds, and of the ratios within each round."""
        told: dict[str, Any] = {}
        for name, rates in self._rates.items():
            told[f"{name}_per_s"] = round(median(rates))
            told[f"{name}_server_cpu_ms"] = round(median(each[0] for each in self._costs[name]), 2)
            told[f"{name}_postgres_cpu_ms"] = round(
                median(each[1] for each in self._costs[name]), 2
            )
        plain = self._rates["bare"]
        for name in ("create", "create_many"):
            ratios = [ours / bare for ours, bare in zip(self._rates[name], plain, strict=True)]
            told[f"{name}_ratio"] = round(median(ratios), 3)
            told[f"{name}_ratio_worst"] = round(min(ratios), 3)
        return told

    def _one(self, name: str, seconds: float) -> tuple[float, float, float]:
        """Answers a second, and ms of CPU for each: the server's, and PostgreSQL's."""
        server, make = self._ways[name]
        postgres = family(self._stage.postmaster_pid)
        before = cpu_s([server.pid]), cpu_s(postgres)
        answers = as_fast_as_it_goes(
            server.port, make, lines=LINES, seconds=seconds, begin=self.made
        )
        count = len(answers.took)
        self.made += count
        known = family(self._stage.postmaster_pid)
        after = cpu_s([server.pid]), cpu_s(known) - cpu_s(set(known) - set(postgres))
        return (
            answers.per_s,
            (after[0] - before[0]) * 1000 / count,
            (after[1] - before[1]) * 1000 / count,
        )
