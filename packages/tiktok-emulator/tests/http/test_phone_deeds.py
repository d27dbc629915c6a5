"""What a person does on the phone, without a browser: refusals in words, edges."""

import re
from typing import Any

from tiktok_emulator import Emulator

from .conftest import Caller


async def _send(caller: Caller, path: str, **fields: Any) -> Any:
    page = await caller.http.get("/_controls")
    match = re.search(r'name="form_key" value="([^"]+)"', page.text)
    assert match
    return await caller.http.post(path, data={"form_key": match[1], **fields})


async def _post_of(caller: Caller, path: str) -> Any:
    return next(p for p in (await caller.state())["posts"] if p["url"].endswith(path))


async def test_a_post_of_an_app_without_audit_cannot_be_shown_to_more_people(
    caller: Caller, unaudited: Caller, video: bytes
) -> None:
    await unaudited.sign_in("private.pia")
    await unaudited.post(video, privacy_level="SELF_ONLY")
    [post] = (await caller.state())["posts"]
    path = post["url"].removeprefix(str(caller.http.base_url).rstrip("/"))
    answer = await _send(caller, path, do="privacy", privacy="FOLLOWER_OF_CREATOR")
    assert answer.status_code == 400
    assert "not audited" in answer.text
    answer = await _send(caller, path, do="privacy", privacy="EVERYBODY")
    assert answer.status_code == 400
    assert (await _post_of(caller, path))["privacy_level"] == "SELF_ONLY"


async def _draft(caller: Caller, video: bytes) -> str:
    source = {
        "source": "FILE_UPLOAD",
        "video_size": len(video),
        "chunk_size": len(video),
        "total_chunk_count": 1,
    }
    data = (await caller.call("inbox/video/init", {"source_info": source})).json()["data"]
    assert (await caller.put(data["upload_url"], video)).status_code == 201
    await caller.decided(data["publish_id"])
    return data["publish_id"]


async def test_a_draft_can_be_posted_again_when_its_post_is_deleted(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in()
    path = f"/@demo/drafts/{await _draft(caller, video)}"
    for _ in range(2):
        answer = await _send(caller, path, privacy="SELF_ONLY", title="Once more")
        assert answer.status_code == 303
        assert (await caller.http.get(answer.headers["location"])).status_code == 200
        post_id = answer.headers["location"].rpartition("/")[2]
        assert (await caller.http.get(f"/media/{post_id}")).content == video
        await _send(caller, answer.headers["location"], do="delete")
        assert (await caller.http.get(f"/media/{post_id}")).status_code == 404
        assert (await caller.http.get(answer.headers["location"])).status_code == 404


async def test_a_draft_is_posted_to_nobody_that_the_account_does_not_offer(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in("private.pia")
    publish_id = await _draft(caller, video)
    path = f"/@private.pia/drafts/{publish_id}"
    for privacy in ("", "PUBLIC_TO_EVERYONE"):
        answer = await _send(caller, path, privacy=privacy)
        assert answer.status_code == 400
        assert "Choose who can see it" in answer.text
    wrong_owner = f"/@demo/drafts/{publish_id}"
    assert (await _send(caller, wrong_owner, privacy="SELF_ONLY")).status_code == 404
    assert not (await caller.state())["posts"]


async def test_drafts_are_looked_at_by_their_address_only_while_they_are_there(
    caller: Caller, emulator: Emulator, video: bytes
) -> None:
    await caller.sign_in()
    publish_id = await _draft(caller, video)
    media = f"/media/draft/{publish_id}"
    assert (await caller.http.get(media)).content == video
    assert (await caller.http.get(f"{media}/cover.jpg")).headers["content-type"] == "image/jpeg"
    assert (await caller.http.get(f"{media}/photo/0")).status_code == 404
    emulator.state.reset()
    assert (await caller.http.get(media)).status_code == 404


async def test_what_is_disconnected_cannot_be_disconnected_again(caller: Caller) -> None:
    await caller.sign_in()
    sent = {"client_key": caller.key}
    assert (await _send(caller, "/@demo/apps", **sent)).status_code == 303
    assert (await _send(caller, "/@demo/apps", **sent)).status_code == 404
    assert "Disconnected" in (await caller.http.get("/@demo/apps")).text
