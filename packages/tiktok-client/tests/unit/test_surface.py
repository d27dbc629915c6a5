import inspect

import tiktok_client
from tiktok_client import (
    AsyncRefreshingToken,
    AsyncSlotLimiter,
    AsyncTikTok,
    AsyncTransport,
    RefreshingToken,
    SlotLimiter,
    TikTok,
    Transport,
)
from tiktok_client._async.oauth import AsyncOAuth
from tiktok_client._async.posting import AsyncPosting
from tiktok_client._sync.oauth import OAuth
from tiktok_client._sync.posting import Posting


def test_all_is_sorted_and_exactly_what_is_public() -> None:
    named = tiktok_client.__all__
    assert named == sorted(named)
    submodules = {"codes", "endpoints", "errors", "models"}
    public = {name for name in vars(tiktok_client) if not name.startswith("_")} - submodules
    assert set(named) == public


def test_the_sync_client_has_every_method_of_the_async_one() -> None:
    pairs = [
        (AsyncTikTok, TikTok),
        (AsyncTransport, Transport),
        (AsyncOAuth, OAuth),
        (AsyncPosting, Posting),
        (AsyncRefreshingToken, RefreshingToken),
        (AsyncSlotLimiter, SlotLimiter),
    ]
    for waiting, blocking in pairs:
        names = {name for name in dir(waiting) if not name.startswith("_")}
        assert {name.replace("aclose", "close") for name in names} == {
            name for name in dir(blocking) if not name.startswith("_")
        }
        methods = {name for name in names if inspect.isfunction(getattr(waiting, name))}
        for name in methods - {"aclose"}:
            theirs = inspect.signature(getattr(waiting, name)).parameters
            ours = inspect.signature(getattr(blocking, name)).parameters
            assert list(theirs) == list(ours)


def test_nothing_in_the_sync_client_waits() -> None:
    for kind in (TikTok, Transport, OAuth, Posting, RefreshingToken, SlotLimiter):
        for _, method in inspect.getmembers(kind, inspect.isfunction):
            assert not inspect.iscoroutinefunction(method)
