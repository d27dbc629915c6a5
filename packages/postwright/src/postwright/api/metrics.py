"""`/metrics`: how the installation does, for Prometheus."""

import hmac
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from postwright.api.counts import RequestCounts
from postwright.api.errors import KeyInvalid
from postwright.api.figures import Figures, any_workspace_figures
from postwright.api.parts import Parts, PartsOf
from postwright.api.wire.errors import FAILURES
from postwright.platforms.base import Caps
from postwright.platforms.content import Mode

router = APIRouter(tags=["Health"])

_LOCAL = {"localhost", "127.0.0.1", "::1", "[::1]"}


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    operation_id="get_metrics",
    response_class=Response,
    responses={
        200: {
            "content": {"text/plain": {"schema": {"type": "string"}}},
            "description": "The figures, in Prometheus' text format.",
        },
        401: FAILURES[401],
        503: FAILURES[503],
    },
)
async def get_metrics(request: Request, parts: PartsOf) -> Response:
    """How the installation does: of all workspaces together, without names or ids.

    Answered to this machine; to others only with the token of `POSTWRIGHT_API__METRICS_TOKEN`, as
    `Authorization: Bearer …`. What is `recent` is of the last hour, or of less if very much was
    done in it.
    """
    _check(request, parts)
    counts: RequestCounts = request.app.state.counts
    shown = CollectorRegistry(auto_describe=False)
    figures = await any_workspace_figures(parts.database)
    caps = {id_: parts.accounts.networks.of_app(app).caps() for id_, app in figures.apps.items()}
    shown.register(_Figures(figures, caps))
    text = generate_latest(shown) + generate_latest(counts.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _check(request: Request, parts: Parts) -> None:
    token = parts.settings.api.metrics_token.get_secret_value()
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(shown.encode(), token.encode()):
        return
    if not _is_from_here(request):
        raise KeyInvalid(
            "Figures are for this machine, or for who shows the token for them.",
            fix="Set POSTWRIGHT_API__METRICS_TOKEN, and send it as Authorization: Bearer …",
        )


def _is_from_here(request: Request) -> bool:
    """Whether it comes from this machine, and not through something that passes others on.

    A proxy on this machine that says nothing of whom it speaks for still says the name that was
    asked for, and so does a browser that was lured here.
    """
    client = request.client.host if request.client else ""
    try:
        is_near = ip_address(client).is_loopback
    except ValueError:
        is_near = False
    asked = request.headers.get("host", "").rsplit(":", 1)[0].lower()
    return is_near and asked in _LOCAL and "x-forwarded-for" not in request.headers


class Gauge(GaugeMetricFamily):
    """A figure that goes up and down; it remembers what its labels are called."""

    def __init__(self, name: str, told: str, labels: tuple[str, ...]) -> None:
        super().__init__(f"postwright_{name}", told, labels=labels)
        self.label_names = labels


def gauges() -> list[Gauge]:
    """Every figure of the installation that there may be, without samples."""
    return list(_Figures(Figures([], [], [], [], [], [], [], [], [], {}, []), {}).collect())


class _Figures(Collector):
    """The figures as Prometheus wants them."""

    def __init__(self, figures: Figures, caps: Mapping[str, Caps]) -> None:
        self._figures = figures
        self._caps = caps

    def collect(self) -> Iterator[Gauge]:
        """Every family, also those without a sample."""
        seen = self._figures
        calls = _gauge("recent_calls", "Calls to networks, by what they said.", "operation", "code")
        for row in seen.calls:
            calls.add_metric([row.operation, row.code], row.count)
        ends = _gauge("recent_ends", "Publications that ended, and why.", "state", "code")
        for row in seen.ends:
            ends.add_metric([row.state, row.end_code], row.count)
        yield from (calls, ends, *self._latency(), *self._queue(), *self._accounts())
        yield from self._quotas()
        workers = _gauge("workers_alive", "Workers that were heard of lately.")
        workers.add_metric([], len(seen.workers))
        yield workers

    def _latency(self) -> Iterator[Gauge]:
        took = _gauge("recent_publish_seconds", "How long a stage took.", "stage", "quantile")
        count = _gauge("recent_publish_count", "Publications that this is of.", "stage")
        for row in self._figures.stages:
            took.add_metric([row.stage, "0.5"], row.half)
            took.add_metric([row.stage, "0.95"], row.most)
            count.add_metric([row.stage], row.count)
        yield from (took, count)

    def _queue(self) -> Iterator[Gauge]:
        due = _gauge("queue_due", "Lanes that are due and that nobody has in hand.", "kind")
        lag = _gauge("queue_lag_seconds", "For how long the first of them has been due.", "kind")
        for row in self._figures.queue:
            due.add_metric([row.kind], row.due)
            lag.add_metric([row.kind], row.lag)
        held = _gauge("publications_held", "Publications that wait, and why.", "reason")
        for row in self._figures.held:
            held.add_metric([row.hold_reason], row.count)
        yield from (due, lag, held)

    def _accounts(self) -> Iterator[Gauge]:
        accounts = _gauge("accounts", "Connected accounts.", "state")
        capped = _gauge("accounts_capped", "Accounts that may post no more today.")
        for row in self._figures.accounts:
            accounts.add_metric([row.state], row.count)
        capped.add_metric([], sum(row.capped for row in self._figures.accounts))
        tokens = _gauge("token_horizon_seconds", "Until the first token ends.", "token")
        for row in self._figures.tokens:
            for token, left in (("access", row.access), ("refresh", row.refresh)):
                if left is not None:
                    tokens.add_metric([token], left)
        slots = _gauge("rate_slots_busy", "Requests that count against a rate now.", "rate")
        for row in self._figures.slots:
            slots.add_metric([row.bucket], row.busy)
        yield from (accounts, capped, tokens, slots)

    def _quotas(self) -> Iterator[Gauge]:
        """What is left of the quotas of a day; what has no limit that is known is left out."""
        left = _gauge("quota_left", "Posts that accounts may still start, in all.", "mode")
        least = _gauge("quota_left_least", "Of the account that may start the fewest.", "mode")
        used_up = _gauge("quota_used_up", "Accounts that may start no more for now.", "mode")
        for mode in Mode:
            each = [
                (_left(self._caps[row.platform_app_id], mode, row), row.accounts)
                for row in self._figures.quotas
            ]
            known = [(rest, accounts) for rest, accounts in each if rest is not None]
            left.add_metric([mode], sum(rest * accounts for rest, accounts in known))
            used_up.add_metric([mode], sum(accounts for rest, accounts in known if not rest))
            if known:
                least.add_metric([mode], min(rest for rest, _ in known))
        yield from (left, least, used_up)


def _left(caps: Caps, mode: Mode, row: Any) -> int | None:
    """How much an account has left; None: any number."""
    if mode is Mode.DRAFT:
        return None if caps.drafts is None else max(0, caps.drafts - row.drafts)
    if row.is_capped:
        return 0
    if caps.posts is None:
        return None
    most = caps.posts if row.cap_posts is None else max(1, row.cap_posts)
    return max(0, most - row.posts)


def _gauge(name: str, told: str, *labels: str) -> Gauge:
    return Gauge(name, told, labels)
