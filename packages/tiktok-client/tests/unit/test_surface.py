import inspect
from types import ModuleType

import pytest

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
    errors,
    limits,
    webhooks,
)
from tiktok_client._async.display import AsyncDisplay
from tiktok_client._async.oauth import AsyncOAuth
from tiktok_client._async.posting import AsyncPosting
from tiktok_client._sync.display import Display
from tiktok_client._sync.oauth import OAuth
from tiktok_client._sync.posting import Posting


def test_all_is_sorted_and_exactly_what_is_public() -> None:
    named = tiktok_client.__all__
    assert named == sorted(named, key=lambda name: (not name.isupper(), name))
    submodules = {"codes", "endpoints", "errors", "models"}
    public = {name for name in vars(tiktok_client) if not name.startswith("_")} - submodules
    assert set(named) == public


def test_the_sync_client_has_every_method_of_the_async_one() -> None:
    pairs = [
        (AsyncTikTok, TikTok),
        (AsyncTransport, Transport),
        (AsyncOAuth, OAuth),
        (AsyncPosting, Posting),
        (AsyncDisplay, Display),
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
    for kind in (TikTok, Transport, OAuth, Posting, Display, RefreshingToken, SlotLimiter):
        for _, method in inspect.getmembers(kind, inspect.isfunction):
            assert not inspect.iscoroutinefunction(method)


@pytest.mark.parametrize("module", [tiktok_client, webhooks])
def test_every_public_name_has_a_docstring_of_its_own(module: ModuleType) -> None:
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isclass(thing) or inspect.isfunction(thing) or inspect.ismodule(thing):
            # Dataclasses and enums write one themselves where there is none.
            assert inspect.getdoc(thing), name
            assert not (thing.__doc__ or "").startswith(f"{name}("), name


@pytest.mark.parametrize("kind", [AsyncTikTok, AsyncOAuth, AsyncPosting, AsyncDisplay])
def test_every_public_method_has_a_docstring(kind: type) -> None:
    methods = inspect.getmembers(kind, inspect.isfunction)
    assert [name for name, it in methods if not name.startswith("_") and not it.__doc__] == []


def test_every_error_can_be_imported_from_the_top() -> None:
    assert set(errors.__all__) <= set(tiktok_client.__all__)


def test_limits_are_numbers_and_lists_with_nothing_private_between_them() -> None:
    public = {name for name in vars(limits) if name.isupper()}
    assert public
    assert not [name for name in public if getattr(limits, name) is None]
