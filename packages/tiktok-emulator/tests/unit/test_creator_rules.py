"""Options, bans and caps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.oauth.state import App
from tiktok_emulator.posting import creator as rules
from tiktok_emulator.posting.state import Creator, Post, PostInfo, Privacy
from tiktok_emulator.settings import Settings

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PUBLIC = Creator("ann", "Ann")
PRIVATE = Creator("pia", "Pia", private=True)
AUDITED = App("good", "s", audited=True)
UNAUDITED = App("new", "s")
INFO = PostInfo(privacy="SELF_ONLY")


def _post(at: datetime, username: str = "ann") -> Post:
    return Post(
        post_id=1,
        publish_id="p",
        client_key="good",
        username=username,
        info=INFO,
        privacy=Privacy.SELF,
        disable_comment=False,
        disable_duet=False,
        disable_stitch=False,
        size_bytes=1,
        sha256="",
        created_at=at,
    )


def test_public_and_private_accounts_are_offered_three_levels_each() -> None:
    assert rules.privacy_options(PUBLIC) == [
        "PUBLIC_TO_EVERYONE",
        "MUTUAL_FOLLOW_FRIENDS",
        "SELF_ONLY",
    ]
    assert rules.privacy_options(PRIVATE)[0] == "FOLLOWER_OF_CREATOR"


def test_a_private_account_has_duet_and_stitch_disabled() -> None:
    facts = rules.facts(PRIVATE, "http://x/a.svg")
    assert facts["duet_disabled"] is facts["stitch_disabled"] is True
    assert facts["comment_disabled"] is False


def test_an_audited_app_posts_with_the_privacy_it_asked_for() -> None:
    chosen = rules.check_audience(AUDITED, PUBLIC, "PUBLIC_TO_EVERYONE", Settings())
    assert chosen is Privacy.PUBLIC


@pytest.mark.parametrize("privacy", ["FOLLOWER_OF_CREATOR", "EVERYONE", ""])
def test_a_privacy_that_is_not_offered_is_refused(privacy: str) -> None:
    with pytest.raises(PostingRefusal) as caught:
        rules.check_audience(AUDITED, PUBLIC, privacy, Settings())
    assert (caught.value.status, caught.value.code) == (403, "privacy_level_option_mismatch")


def test_an_unaudited_app_is_refused_a_public_account_even_for_self_only() -> None:
    with pytest.raises(PostingRefusal) as caught:
        rules.check_audience(UNAUDITED, PUBLIC, "SELF_ONLY", Settings())
    assert caught.value.code == "unaudited_client_can_only_post_to_private_accounts"


def test_an_unaudited_app_has_everything_stored_as_self_only() -> None:
    for level in rules.privacy_options(PRIVATE):
        assert rules.check_audience(UNAUDITED, PRIVATE, level, Settings()) is Privacy.SELF


def test_an_unaudited_app_can_be_held_to_self_only() -> None:
    strict = Settings(unaudited_other_privacy="refuse")
    with pytest.raises(PostingRefusal):
        rules.check_audience(UNAUDITED, PRIVATE, "MUTUAL_FOLLOW_FRIENDS", strict)
    assert rules.check_audience(UNAUDITED, PRIVATE, "SELF_ONLY", strict) is Privacy.SELF


@pytest.mark.parametrize("status", [200, 403])
def test_a_ban_answers_with_the_status_of_its_endpoint(status: int) -> None:
    with pytest.raises(PostingRefusal) as caught:
        rules.check_ban(Creator("ben", "Ben", banned=True), status=status)
    assert caught.value.status == status
    rules.check_ban(PUBLIC, status=status)


def test_the_daily_cap_counts_24_rolling_hours_of_this_creator() -> None:
    day = timedelta(hours=24)
    posts = [_post(NOON - day), _post(NOON - day / 2), _post(NOON, "pia")]
    standing = rules.Standing(NOON, posts, ())
    assert rules.posts_today("ann", standing) == 1
    rules.check_caps(AUDITED, replace(PUBLIC, daily_post_cap=2), standing, status=403)
    with pytest.raises(PostingRefusal) as caught:
        rules.check_caps(AUDITED, replace(PUBLIC, daily_post_cap=1), standing, status=403)
    assert caught.value.code == "spam_risk_too_many_posts"


def test_a_creator_can_be_set_to_have_posted_too_much() -> None:
    standing = rules.Standing(NOON, (), ())
    with pytest.raises(PostingRefusal):
        rules.check_caps(AUDITED, replace(PUBLIC, too_many_posts=True), standing, status=200)
