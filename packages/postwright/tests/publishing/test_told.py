"""What people are told of a post: what became of each setting, and how it ended, in words."""

from pathlib import Path

import pytest

from postwright.platforms.content import Mode
from postwright.platforms.purpose import Purpose
from postwright.platforms.tiktok.words import WORDS
from postwright.publishing.order import Order
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def test_of_a_draft_it_is_told_that_tiktok_heeds_no_settings(
    service: Service, video: Path
) -> None:
    account = await service.connect(purposes=frozenset({Purpose.DRAFT}))
    asked = await service.control.requests("creator_info")
    settings = {"title": "for later", "allow_comment": True, "allow_duet": False}
    order = Order((await service.add(video),), "for later", settings, mode=Mode.DRAFT)
    made = await service.order(account, order)
    service.start_worker()

    seen = await service.until(made.publication_id, State.DELIVERED)

    told = {said["setting"]: (said["asked"], said["outcome"]) for said in seen.report}
    assert told == {"title": ("for later", "ignored"), "allow_comment": (True, "ignored")}
    assert all(said["why"] for said in seen.report)
    assert await service.control.requests("creator_info") == asked


async def test_why_tiktok_failed_it_is_told_in_words(service: Service, video: Path) -> None:
    account = await service.connect()
    await service.control("POST", "outcomes", {"outcome": "spam_risk_text"})
    made = await service.publish(account, video)
    service.start_worker()

    failed = await service.until(made.publication_id, State.FAILED)

    assert (failed.end_code, failed.detail) == ("spam_risk_text", WORDS["spam_risk_text"].says)
    assert {said["outcome"] for said in failed.report} == {"applied"}
