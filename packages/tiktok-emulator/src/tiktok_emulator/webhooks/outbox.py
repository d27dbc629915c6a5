"""Delivers events: in order for each app, again and again with growing pauses, for 72 hours."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from tiktok_emulator.clock import Clock
from tiktok_emulator.faults import Call, Fault, FaultKind, Faults
from tiktok_emulator.ids import open_id
from tiktok_emulator.oauth.state import App
from tiktok_emulator.operations import Operation
from tiktok_emulator.settings import Settings
from tiktok_emulator.webhooks.envelope import content_text, envelope, signature
from tiktok_emulator.webhooks.post import Answer, post
from tiktok_emulator.webhooks.state import Attempt, Delivery, State

KEPT = 20_000
HELD_FOR = timedelta(seconds=60)
# Real seconds that a moved clock waits for receivers before it goes on.
PATIENCE_S = 2


class Surroundings(Protocol):
    """What the sender needs of the world."""

    clock: Clock
    settings: Settings
    apps: dict[str, App]
    faults: Faults


class Outbox:
    """Every event that was told, and the tasks that deliver those with somewhere to go.

    Nothing here blocks whoever tells. The first try is made at once, later ones when `run` is
    called after `next_at` by the emulator's clock. Without an event loop events wait for that.
    """

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._waiting: dict[int, Delivery] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._last = 0

    def put(
        self, event: str, *, client_key: str, username: str | None, content: Mapping[str, object]
    ) -> Delivery:
        """Take an event; it is sent soon if the app has a callback address."""
        now = self._world.clock.now()
        user_openid = open_id(client_key, username) if username else None
        text = content_text(content)
        self._last += 1
        delivery = Delivery(
            n=self._last,
            event=event,
            client_key=client_key,
            username=username,
            user_openid=user_openid,
            content=text,
            body=envelope(
                event, client_key=client_key, user_openid=user_openid, content=text, at=now
            ),
            told_at=now,
        )
        self.deliveries.append(delivery)
        if self._url(delivery) is None:
            delivery.state = State.NO_URL
        else:
            delivery.next_at = now
            self._waiting[delivery.n] = delivery
            self._start({client_key})
        return delivery

    def find(self, n: int) -> Delivery | None:
        """The delivery with this number."""
        return next((delivery for delivery in self.deliveries if delivery.n == n), None)

    def pump(self) -> None:
        """See to it that what is due is being sent; returns at once."""
        now = self._world.clock.now()
        self._start(
            {
                delivery.client_key
                for delivery in self._waiting.values()
                if delivery.next_at is not None and delivery.next_at <= now
            }
        )

    def _start(self, client_keys: set[str]) -> None:
        """Begin to send for these apps, unless that goes on already or there is no loop."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        for client_key in client_keys:
            lane = self._lanes.get(client_key)
            if lane is None or lane.done() or lane.get_loop() is not loop:
                self._lanes[client_key] = loop.create_task(self._work(client_key))

    async def _work(self, client_key: str) -> None:
        """Try what is due for one app, one after the other, until nothing is."""
        while due := self._due(client_key):
            for _, n in due:
                # Meanwhile it may have been sent by hand, or everything was forgotten.
                delivery = self._waiting.get(n)
                if delivery is not None and delivery.next_at is not None:
                    await self._try(delivery)

    def _due(self, client_key: str) -> list[tuple[datetime, int]]:
        """What is due for one app: moment and number, in the order to try."""
        now = self._world.clock.now()
        return sorted(
            (delivery.next_at, delivery.n)
            for delivery in self._waiting.values()
            if delivery.client_key == client_key
            and delivery.next_at is not None
            and delivery.next_at <= now
        )

    async def _try(self, delivery: Delivery) -> None:
        """One try of a due delivery, or what a fault makes of it."""
        world, now = self._world, self._world.clock.now()
        delivery.next_at = None
        is_over = now - delivery.told_at >= timedelta(seconds=world.settings.webhook_retry_s)
        if is_over and delivery.attempts:
            self._end(delivery, State.DROPPED)
            return
        fault = None
        if not delivery.is_held:
            fault = world.faults.take(_as_call(delivery))
        if fault is not None and self._put_off(delivery, fault):
            return
        answer = await self._send(delivery, fault)
        if fault is not None and fault.kind is FaultKind.DUPLICATE:
            answer = await self._send(delivery, None)
        self._settle(delivery, delivered=answer.problem is None)
        self._release_held(delivery)

    def _put_off(self, delivery: Delivery, fault: Fault) -> bool:
        """Carry out a fault that keeps a delivery from being sent now; whether it did."""
        now = self._world.clock.now()
        match fault.kind:
            case FaultKind.LOSE:
                self._end(delivery, State.LOST)
            case FaultKind.REORDER:
                delivery.is_held = True
                delivery.next_at = now + HELD_FOR
            case FaultKind.DELAY_BEFORE | FaultKind.DELAY_AFTER:
                delivery.next_at = now + timedelta(seconds=fault.delay_s)
            case _:
                return False
        return True

    async def _send(self, delivery: Delivery, fault: Fault | None) -> Answer:
        """Send once and write it down."""
        url, now = self._url(delivery), self._world.clock.now()
        signed: str | None = None
        if url is None:
            answer = Answer(None, "the app has no callback address any more")
        elif fault is not None and fault.kind is FaultKind.DROP_BEFORE:
            answer = Answer(None, "a fault kept it from being sent")
        elif fault is not None and fault.kind is FaultKind.ERROR:
            answer = Answer(fault.status, f"a fault put {fault.status} for the answer; not sent")
        else:
            secret = self._world.apps[delivery.client_key].client_secret
            signed = signature(secret, delivery.body, now)
            timeout_s = self._world.settings.webhook_timeout_s
            answer = await post(url, delivery.body, signed, timeout_s=timeout_s)
            if fault is not None and fault.kind is FaultKind.DROP_AFTER:
                answer = Answer(None, "sent, but a fault lost the answer")
        delivery.attempts.append(Attempt(now, url or "", answer.status, answer.problem, signed))
        return answer

    def _settle(self, delivery: Delivery, *, delivered: bool) -> None:
        """Done, or when to try again: each pause is twice the one before.

        spec: webhook.delivery.retry-72h, webhook.delivery.duplicates
        Source: webhooks overview page, 2026; the first pause and the factor are assumed.
        """
        if delivered:
            self._end(delivery, State.DELIVERED)
            return
        settings = self._world.settings
        pause = settings.webhook_first_retry_s * 2 ** min(delivery.failures - 1, 60)
        until = timedelta(seconds=settings.webhook_retry_s)
        waited = self._world.clock.now() - delivery.told_at
        if waited.total_seconds() + pause >= until.total_seconds():
            self._end(delivery, State.DROPPED)
            return
        delivery.next_at = self._world.clock.now() + timedelta(seconds=pause)

    def _end(self, delivery: Delivery, state: State) -> None:
        delivery.state, delivery.next_at, delivery.is_held = state, None, False
        self._waiting.pop(delivery.n, None)

    def _release_held(self, sent: Delivery) -> None:
        """Let those go that a fault held until a later event overtook them."""
        for delivery in self._waiting.values():
            if delivery.is_held and delivery.client_key == sent.client_key and delivery.n < sent.n:
                delivery.next_at = self._world.clock.now()

    def _url(self, delivery: Delivery) -> str | None:
        app = self._world.apps.get(delivery.client_key)
        return app.webhook_url if app is not None else None

    async def retry(self, delivery: Delivery) -> None:
        """Send once more now, whatever became of it; ordered faults do not meet it."""
        answer = await self._send(delivery, None)
        if answer.problem is None:
            self._end(delivery, State.DELIVERED)
        elif delivery.state is State.WAITING:
            self._settle(delivery, delivered=False)
            self.pump()

    def clear(self) -> None:
        """Send nothing more and forget everything."""
        lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            if not lane.get_loop().is_closed():
                lane.cancel()
        self._waiting.clear()
        self.deliveries.clear()

    def _running(self) -> list[asyncio.Task[None]]:
        """The lanes of the present loop that send right now."""
        loop = asyncio.get_running_loop()
        return [
            lane for lane in self._lanes.values() if not lane.done() and lane.get_loop() is loop
        ]

    def load(self, deliveries: Iterable[Delivery]) -> None:
        """Go on with these, the oldest first, instead of what is here; what waits will be sent."""
        self.clear()
        self.deliveries.extend(deliveries)
        self._waiting = {each.n: each for each in self.deliveries if each.state is State.WAITING}
        self._last = max((each.n for each in self.deliveries), default=0)

    async def stop(self) -> None:
        """Break off what is being sent and wait until it has ended."""
        lanes = self._running()
        self.clear()
        for lane in lanes:
            with contextlib.suppress(asyncio.CancelledError):
                await lane

    def next_at(self) -> datetime | None:
        """When to begin to send next; what an app's lane is about to send does not count."""
        busy = {key for key, lane in self._lanes.items() if not lane.done()}
        moments = (
            delivery.next_at
            for delivery in self._waiting.values()
            if delivery.client_key not in busy
        )
        return min((moment for moment in moments if moment is not None), default=None)

    async def run(self) -> None:
        """Begin to send what is due; nobody waits for receivers."""
        self.pump()

    async def settle(self) -> None:
        """Wait until what is being sent has arrived, but not long for a slow receiver."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while lanes := self._running():
                    await asyncio.wait(lanes)


def _as_call(delivery: Delivery) -> Call:
    """What orders for faults are compared with; `match` looks for the event's name."""
    return Call(
        Operation.WEBHOOK,
        username=delivery.username,
        client_key=delivery.client_key,
        text=delivery.event,
    )
