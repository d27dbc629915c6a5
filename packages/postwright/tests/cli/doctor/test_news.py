"""What the doctor says of webhooks that come in and of alerts that go out."""

from collections.abc import Sequence

import pytest
from pydantic import SecretStr

from postwright.alerts.kinds import Kind
from postwright.alerts.send import Sender
from postwright.alerts.tell import tell
from postwright.cli.doctor import alerts, webhooks
from postwright.cli.doctor.verdict import Light, Scene, Verdict
from postwright.config import AlertSettings
from tests.factories.callback import called_back
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


def scene(service: Service, public_url: str = "", alerting: AlertSettings | None = None) -> Scene:
    web = service.settings.web.model_copy(update={"public_url": public_url})
    given = {"web": web, "alerts": alerting or AlertSettings()}
    settings = service.settings.model_copy(update=given)
    return Scene(settings, service.database, workspace_id=service.workspace_id)


def one(verdicts: Sequence[Verdict]) -> Verdict:
    (verdict,) = verdicts
    assert bool(verdict.do) is (verdict.light is not Light.GREEN)
    return verdict


async def test_webhooks_that_never_came_are_told_with_the_address_to_set(service: Service) -> None:
    assert await webhooks.check(scene(service)) == []
    verdict = one(await webhooks.check(scene(service, "https://media.example.com")))
    assert verdict.light is Light.AMBER
    assert "https://media.example.com/webhooks/tiktok" in verdict.do
    assert await webhooks.check(Scene(service.settings)) == []


async def test_webhooks_that_come_are_green_with_the_time_of_the_last_one(
    service: Service,
) -> None:
    await service.connect()
    async with called_back(service) as callback:
        await callback.tell("something.new")
    seen = scene(service)
    assert "a moment ago" in one(await webhooks.check(seen)).says
    await service.advance(hours=1.5)
    assert "90 minutes ago" in one(await webhooks.check(seen)).says
    await service.advance(hours=24)
    verdict = one(await webhooks.check(seen))
    assert verdict.light is Light.GREEN
    assert "25 hours ago" in verdict.says
    assert "asked for news often" in verdict.says
    await service.advance(hours=24 * 5)
    assert "6 days ago" in one(await webhooks.check(seen)).says


async def test_alerts_that_get_stuck_are_amber(service: Service) -> None:
    assert "log only" in one(await alerts.check(scene(service))).says
    away = AlertSettings(
        url=SecretStr("http://127.0.0.1:1/hook?key=hush"),
        secret=SecretStr("whsec_" + "A" * 32),
        allow_private=True,
    )
    seen = scene(service, alerting=away)
    assert one(await alerts.check(seen)).light is Light.GREEN
    async with service.database.transaction() as session:
        await tell(
            session, service.workspace_id, Kind.INSTALLATION_DOUBTED, "it", says="Two of them."
        )
    await Sender(service.database, away).send_due()
    verdict = one(await alerts.check(seen))
    assert verdict.light is Light.AMBER
    assert "One alert of the last day could not be sent. No connection" in verdict.says
    assert "hush" not in str(verdict)
    await service.advance(hours=25)
    assert one(await alerts.check(seen)).light is Light.GREEN
