"""Commands a running emulator from Python, over its control plane."""

import http.client
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from tiktok_emulator.control.schemas import BadOrder
from tiktok_emulator.errors import NotAnEmulator
from tiktok_emulator.oauth.state import Decision
from tiktok_emulator.seeds import Seed

TIMEOUT_S = 60


class Control:
    """The control plane of the emulator at `base_url`, from any thread or process.

    Each method is one request and blocks until it is answered. Do not call it from the event
    loop that serves the emulator. All of them raise BadOrder, with the emulator's words, for an
    order that makes no sense, OSError if nothing answers, and NotAnEmulator if something else does.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")

    # Who is there

    def seed(self, seed: Seed) -> Mapping[str, Any]:
        """Add or change apps, creators and videos; all or nothing. The names of all there are."""
        return self._ask("POST", "seed", seed.model_dump(mode="json", exclude_unset=True))

    def app(self, client_key: str, **facts: object) -> None:
        """Add an app or change facts of one: client_secret, kind, redirect_uris, audited, ..."""
        self._ask("POST", "seed", {"apps": [{"client_key": client_key, **facts}]})

    def creator(self, username: str, **facts: object) -> None:
        """Add a creator or change facts of one: private, banned, daily_post_cap, ..."""
        self._ask("POST", "seed", {"creators": [{"username": username, **facts}]})

    def video(self, username: str, **facts: object) -> None:
        """Put a published video with statistics on a profile."""
        self._ask("POST", "videos", {"videos": [{"username": username, **facts}]})

    def consent(
        self,
        client_key: str,
        username: str,
        *,
        decision: Decision = "accept",
        scopes: list[str] | None = None,
        count: int | None = None,
    ) -> None:
        """Let a creator decide in advance: authorize redirects at once instead of asking."""
        order = {
            "client_key": client_key,
            "username": username,
            "decision": decision,
            "scopes": scopes,
            "count": count,
        }
        self._ask("POST", "consent", order)

    def revoke(self, client_key: str, username: str) -> None:
        """Disconnect an app as its user would."""
        self._ask("POST", "grants/revoke", {"client_key": client_key, "username": username})

    # What goes wrong

    def fail_next(
        self,
        operation: str,
        *,
        status: int = 500,
        code: str = "internal_error",
        count: int | None = 1,
        **narrowed: object,
    ) -> None:
        """Let the next calls of an operation fail with an error; nothing is done by them."""
        self.fault(operation, "error", status=status, code=code, count=count, **narrowed)

    def fault(self, operation: str, kind: str, **facts: object) -> None:
        """Order any fault; the facts are those of POST /_control/faults."""
        self._ask("POST", "faults", {"operation": operation, "kind": kind, **facts})

    def clear_faults(self) -> None:
        """Take back all faults that wait."""
        self._ask("DELETE", "faults")

    def outcome(self, outcome: str, *, creator: str | None = None, count: int = 1) -> None:
        """Let the next uploads end with this fail_reason, or be `stuck`."""
        self._ask("POST", "outcomes", {"outcome": outcome, "creator": creator, "count": count})

    def scenario(self, name: str) -> None:
        """Play a named scenario; `calm` ends any other."""
        self._ask("POST", "scenario", {"name": name})

    def settings(self, **changes: object) -> Mapping[str, Any]:
        """Change switches by name; all of them with their values."""
        return self._ask("PATCH", "settings", changes)

    # Time

    def now(self) -> datetime:
        """The emulator's time."""
        return datetime.fromisoformat(self._ask("GET", "clock")["now"])

    def freeze(self) -> None:
        """Let time stand still until it is advanced or released."""
        self._ask("POST", "clock", {"freeze": True})

    def release(self) -> None:
        """Let time run on."""
        self._ask("POST", "clock", {"freeze": False})

    def speed(self, rate: float) -> None:
        """Let `rate` seconds pass in each of the machine's."""
        self._ask("POST", "clock", {"rate": rate})

    def advance(self, by: timedelta) -> datetime:
        """Move time; everything that becomes due on the way has happened on return."""
        order = {"advance_s": by.total_seconds()}
        return datetime.fromisoformat(self._ask("POST", "clock", order)["now"])

    # What has happened

    def reset(self, *, seed: int | None = None) -> None:
        """As after the start; with a seed every id and token from now on is repeatable."""
        self._ask("POST", "reset", {"seed": seed})

    def state(self, *, secrets: bool = False) -> dict[str, Any]:
        """Everything there is; with `secrets` also what `load` needs."""
        return self._ask("GET", "state?secrets=1" if secrets else "state")

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that was taken with `secrets`; what is there now is forgotten."""
        self._ask("POST", "state", state)

    def posts(self) -> list[dict[str, Any]]:
        """What was posted, oldest first."""
        return self.state()["posts"]

    def log(self, *, after: int = 0) -> list[dict[str, Any]]:
        """The request log from entry `after` on: for each refusal the rule, its source, the fix."""
        return self._ask("GET", f"requests?{urlencode({'after': after})}")["requests"]

    def deliveries(self) -> list[dict[str, Any]]:
        """The webhooks that were sent or wait."""
        return self._ask("GET", "webhooks")["deliveries"]

    def change_creator(self, username: str, **facts: object) -> Mapping[str, Any]:
        """Change facts of a creator that is there."""
        return self._ask("PATCH", f"creators/{quote(username)}", facts)

    def change_app(self, client_key: str, **facts: object) -> Mapping[str, Any]:
        """Change facts of an app that is there."""
        return self._ask("PATCH", f"apps/{quote(client_key)}", facts)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request; JSON, so its shape is known to the caller only."""
        try:
            where = urlsplit(self.base_url)
            host, port = where.hostname, where.port or 80
        except ValueError:
            host, port = None, 0
        if not host:
            raise NotAnEmulator(f"{self.base_url!r} is no address; say http://127.0.0.1:8700")
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            sent = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json"} if sent else {}
            connection.request(method, f"/_control/{path}", sent, headers)
            response = connection.getresponse()
            answer = cast("dict[str, Any]", json.loads(response.read()))
        except (ValueError, http.client.HTTPException) as error:
            raise NotAnEmulator(f"what answers at {self.base_url} is no emulator") from error
        finally:
            connection.close()
        if response.status != 200:
            raise BadOrder(str(answer.get("error", answer)))
        return answer
