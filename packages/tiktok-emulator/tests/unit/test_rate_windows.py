"""Six, twenty, thirty in sixty seconds, for one user of one app."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tiktok_emulator import AppSeed, CreatorSeed, Seed, World
from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.oauth.state import Grant, Token
from tiktok_emulator.operations import Operation
from tiktok_emulator.posting.access import admit

PUBLISH = ("video.publish",)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(
        base=Seed(
            apps=[AppSeed(client_key="k", client_secret="s")],
            creators=[CreatorSeed(username="ann"), CreatorSeed(username="bob")],
        ),
        seed=1,
    )
    made.clock.freeze()
    yield made
    made.close()


def _token(world: World, username: str = "ann", scopes: tuple[str, ...] = PUBLISH) -> str:
    now = world.clock.now()
    grant = Grant("k", username, "-000", scopes, now)
    value = world.ids.access_token()
    world.access_tokens[value] = Token(grant, scopes, now + timedelta(hours=2))
    return value


def _call(world: World, token: str, operation: Operation = Operation.INIT) -> None:
    admit(world, {"authorization": f"Bearer {token}"}, operation, PUBLISH)


@pytest.mark.parametrize(
    ("operation", "limit", "rule"),
    [
        (Operation.INIT, 6, "limits.init-per-minute"),
        (Operation.CREATOR_INFO, 20, "limits.creator-info-per-minute"),
        (Operation.STATUS, 30, "limits.status-per-minute"),
        (Operation.USER_INFO, 600, "limits.display-per-minute"),
        (Operation.VIDEO_LIST, 600, "limits.display-per-minute"),
        (Operation.VIDEO_QUERY, 600, "limits.display-per-minute"),
    ],
)
def test_one_call_more_than_the_limit_is_429(
    world: World, operation: Operation, limit: int, rule: str
) -> None:
    token = _token(world)
    for _ in range(limit):
        _call(world, token, operation)
    with pytest.raises(PostingRefusal) as caught:
        _call(world, token, operation)
    assert (caught.value.status, caught.value.code) == (429, "rate_limit_exceeded")
    assert caught.value.rule == rule


def test_the_window_slides_and_refused_calls_take_no_place(world: World) -> None:
    token = _token(world)
    _call(world, token)
    world.clock.advance(timedelta(seconds=30))
    for _ in range(5):
        _call(world, token)
    with pytest.raises(PostingRefusal, match=r"30\.0 s"):
        _call(world, token)
    world.clock.advance(timedelta(seconds=30))
    _call(world, token)
    with pytest.raises(PostingRefusal):
        _call(world, token)


def test_a_refreshed_token_does_not_start_anew_but_another_user_does(world: World) -> None:
    for _ in range(6):
        _call(world, _token(world))
    with pytest.raises(PostingRefusal):
        _call(world, _token(world))
    _call(world, _token(world, "bob"))


def test_each_operation_has_its_own_window(world: World) -> None:
    token = _token(world)
    for _ in range(6):
        _call(world, token)
    _call(world, token, Operation.STATUS)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer act.unknown", "Basic abc"])
def test_a_missing_or_unknown_token_is_401(world: World, header: str) -> None:
    with pytest.raises(PostingRefusal) as caught:
        admit(world, {"authorization": header}, Operation.INIT, PUBLISH)
    assert (caught.value.status, caught.value.code) == (401, "access_token_invalid")


def test_an_expired_token_is_401(world: World) -> None:
    token = _token(world)
    world.clock.advance(timedelta(hours=2))
    with pytest.raises(PostingRefusal, match="expired"):
        _call(world, token)


def test_a_missing_scope_is_401_and_comes_before_the_limit(world: World) -> None:
    token = _token(world, scopes=("user.info.basic",))
    for _ in range(7):
        with pytest.raises(PostingRefusal) as caught:
            _call(world, token)
        assert caught.value.code == "scope_not_authorized"
