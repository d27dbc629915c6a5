"""URL properties: registered, proved, and counted from then on."""

from typing import Any

import pytest

from .conftest import Caller, Shelf

PREFIX = "https://media.example.com/videos/"


async def _add(caller: Caller, kind: str, value: str, *, is_verified: bool = False) -> Any:
    properties = [{"kind": kind, "value": value, "is_verified": is_verified}]
    return await caller.http.patch(f"/_control/apps/{caller.key}", json={"properties": properties})


async def _verify(caller: Caller, **order: Any) -> Any:
    return await caller.http.post(f"/_control/apps/{caller.key}/properties/verify", json=order)


async def _is_owned(caller: Caller, url: str) -> bool:
    return (await caller.pull("video/init", url)).status_code == 200


async def test_a_prefix_counts_once_its_signature_file_is_found(
    caller: Caller, shelf: Shelf
) -> None:
    await caller.settings(pull_stand_ins={"media.example.com": shelf.base_url})
    await _add(caller, "prefix", PREFIX)
    await caller.sign_in()
    assert not await _is_owned(caller, f"{PREFIX}a.mp4")
    missing = await _verify(caller, value=PREFIX)
    assert missing.status_code == 400
    name = shelf.asked[-1][1].removeprefix("/videos/")
    signature = name.removeprefix("tiktok").removesuffix(".txt")
    assert len(signature) == 32
    shelf.put(f"videos/{name}", b"tiktok-developers-site-verification=" + b"0" * 32)
    assert (await _verify(caller, value=PREFIX)).status_code == 400
    shelf.put(f"videos/{name}", f"tiktok-developers-site-verification={signature}\n".encode())
    done = await _verify(caller, value=PREFIX)
    assert done.status_code == 200
    assert done.json() == {
        "kind": "prefix",
        "value": PREFIX,
        "is_verified": True,
        "signature_file": name,
        "signature_text": f"tiktok-developers-site-verification={signature}",
    }
    assert await _is_owned(caller, f"{PREFIX}a.mp4")


async def test_a_domain_is_believed_when_told(caller: Caller) -> None:
    await _add(caller, "domain", "example.com")
    await caller.sign_in()
    assert not await _is_owned(caller, "https://a.example.com/a.mp4")
    assert (await _verify(caller, value="example.com")).status_code == 400
    assert (await _verify(caller, value="example.com", told=True)).status_code == 200
    assert await _is_owned(caller, "https://a.example.com/a.mp4")


async def test_a_file_that_cannot_be_had_proves_nothing(caller: Caller) -> None:
    await caller.settings(pull_stand_ins={"media.example.com": "http://127.0.0.1:1"})
    await _add(caller, "prefix", PREFIX)
    answer = await _verify(caller, value=PREFIX)
    assert answer.status_code == 400
    assert "failed" in answer.json()["error"]


async def test_a_property_that_is_not_there_is_404(caller: Caller) -> None:
    assert (await _verify(caller, value="example.com")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "value"), [("domain", "127.0.0.1"), ("prefix", "https://example.com"), ("dns", "a.b")]
)
async def test_what_tiktok_does_not_register_is_400(caller: Caller, kind: str, value: str) -> None:
    assert (await _add(caller, kind, value)).status_code == 400


async def test_properties_stay_when_other_facts_change(caller: Caller) -> None:
    await _add(caller, "domain", "example.com", is_verified=True)
    await caller.http.patch(f"/_control/apps/{caller.key}", json={"audited": False})
    [app, *_] = (await caller.state())["apps"]
    assert app["properties"] == [{"kind": "domain", "value": "example.com", "is_verified": True}]
