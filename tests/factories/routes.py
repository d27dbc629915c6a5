"""What the paths of the API name: for each parameter, something that is there.

A route with a new path parameter needs a fixture for it here, or the tests of every route fail.
"""

from collections.abc import Awaitable, Callable, Mapping

from tests.factories.api import Api
from tests.factories.operations import operations


async def _profile(api: Api) -> str:
    made = await api.ask("POST", "/v1/profiles", await api.key(), json={"name": "Of the first"})
    return str(made.json()["profile"]["_id"])


async def _key(api: Api) -> str:
    made = await api.ask("POST", "/v1/api-keys", await api.key(), json={"name": "of the first"})
    return str(made.json()["apiKey"]["id"])


async def _media(api: Api) -> str:
    body = {"filename": "a.mp4", "contentType": "video/mp4"}
    made = await api.ask("POST", "/v1/media/presign", await api.key(), json=body)
    return str(made.json()["key"])


async def _account(api: Api) -> str:
    return (await api.service.connect()).id


async def _post(api: Api) -> str:
    account = await _account(api)
    body = {"isDraft": True, "platforms": [{"platform": "tiktok", "accountId": account}]}
    made = await api.ask("POST", "/v1/posts", await api.key(), json=body)
    return str(made.json()["post"]["_id"])


async def _publication(api: Api) -> str:
    post = await api.ask("GET", f"/v1/posts/{await _post(api)}", await api.key())
    return str(post.json()["post"]["platforms"][0]["_id"])


async def _code(_: Api) -> str:
    return "unknown_post"


async def _platform(_: Api) -> str:
    return "tiktok"


async def _signature(_: Api) -> str:
    return "A" * 36


async def _upload_name(_: Api) -> str:
    return "of-the-first.mp4"


# For each path parameter, what makes the thing it names in the first workspace, and gives its id.
FIXTURES: Mapping[str, Callable[[Api], Awaitable[str]]] = {
    "accountId": _account,
    "keyId": _key,
    "mediaId": _media,
    "code": _code,
    "platform": _platform,
    "postId": _post,
    "profileId": _profile,
    "publicationId": _publication,
    "signature": _signature,
    "uploadId": _media,
    "uploadName": _upload_name,
}


async def made(api: Api) -> dict[str, str]:
    """An id for each parameter of each path."""
    wanted = {name for each in operations() for name in each.parameters}
    missing = wanted - set(FIXTURES)
    assert not missing, f"no fixture makes a thing for {sorted(missing)}: add one to FIXTURES"
    return {name: await FIXTURES[name](api) for name in sorted(wanted)}
