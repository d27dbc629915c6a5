"""Bodies that are no request at all, wherever a body is read."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import ALL_SCOPES, PUBLISH, Desk, assert_refused, exchange_form, init_body
from tools.coverage import Row

Rows = Mapping[str, Row]
JSON = "application/json"
READERS = ["video/init", "inbox/video/init", "content/init", "status/fetch", "cancel"]


@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        (JSON, b""),
        (JSON, b"{"),
        (JSON, b"[]"),
        (JSON, b"null"),
        (JSON, b'{"a": NaN}'),
        (JSON, b"\xff\xfe{}"),
        ("text/plain", b"{}"),
        ("application/x-www-form-urlencoded", b"publish_id=1"),
    ],
)
@pytest.mark.spec("error.invalid_params", "envelope.json-body")
async def test_a_body_that_is_no_json_object_is_refused(
    desk: Desk, rows: Rows, path: str, content_type: str, content: bytes
) -> None:
    token = (await desk.grant(scopes=ALL_SCOPES)).access_token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    answer = await desk.http.post(f"{PUBLISH}/{path}/", content=content, headers=headers)
    assert_refused(answer, rows["error.invalid_params"])
    assert (await desk.last_request())["rule"] == "error.invalid_params"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("video/init", init_body(100, 100, 1)["source_info"]),
        (
            "content/init",
            {"source": "PULL_FROM_URL", "photo_images": ["https://unverified.example.com/1.jpg"]},
        ),
    ],
)
@pytest.mark.parametrize("post_info", [None, [], "SELF_ONLY", 7])
@pytest.mark.spec("posting.init", "photo.init")
async def test_a_post_says_something_about_itself(
    desk: Desk, rows: Rows, path: str, source: object, post_info: object
) -> None:
    token = (await desk.grant(scopes=ALL_SCOPES)).access_token
    body = {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": post_info,
        "source_info": source,
    }
    answer = await desk.post(f"/{path}/", token, body)
    assert_refused(answer, rows["posting.init.title-length"])  # the same words for all of post_info


@pytest.mark.parametrize("missing", ["grant_type", "code", "redirect_uri"])
@pytest.mark.spec("oauth.error.invalid_request", "oauth.token")
async def test_an_exchange_without_one_of_its_fields_is_refused(
    desk: Desk, rows: Rows, missing: str
) -> None:
    code = await desk.raw_code("0" * 64)
    answer = await desk.form("/v2/oauth/token/", exchange_form(code) | {missing: ""})
    expected = "grant-types" if missing == "grant_type" else None
    row = rows[f"oauth.token.{expected}" if expected else "oauth.error.invalid_request"]
    assert_refused(answer, row)


@pytest.mark.parametrize("token", ["act.never-given", "clt.never-given"])
@pytest.mark.spec("oauth.revoke.unknown-token")
async def test_what_is_no_token_cannot_be_revoked(desk: Desk, rows: Rows, token: str) -> None:
    keys = exchange_form("")
    form = {name: keys[name] for name in ("client_key", "client_secret")} | {"token": token}
    answer = await desk.form("/v2/oauth/revoke/", form)
    assert_refused(answer, rows["oauth.revoke.unknown-token"])


@pytest.mark.spec("oauth.revoke.unknown-token")
async def test_a_token_is_revoked_once(desk: Desk, rows: Rows) -> None:
    grant = await desk.grant()
    keys = exchange_form("")
    form = {name: keys[name] for name in ("client_key", "client_secret")}
    form["token"] = grant.access_token
    assert (await desk.form("/v2/oauth/revoke/", form)).status_code == 200
    again = await desk.form("/v2/oauth/revoke/", form)
    assert_refused(again, rows["oauth.revoke.unknown-token"])
