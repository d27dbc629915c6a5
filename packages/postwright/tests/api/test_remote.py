"""The client of our own API, against the API: what no command asks for yet."""

from contextlib import aclosing

import pytest
from pydantic import SecretStr

from postwright.api.wire.posts import PostNew
from postwright.remote.client import connected
from tests.factories.posting import Caller

pytestmark = pytest.mark.slow


async def test_each_operation_is_read_as_the_api_tells_it(me: Caller) -> None:
    async with connected(me.api.url, SecretStr(me.key), allows_http=False) as remote:
        wanted = PostNew.model_validate(me.body(scheduledFor="2027-01-15T10:00:00Z"))
        assert (await remote.validate_post(wanted)).valid
        made = await remote.create_post(wanted)
        assert (await remote.post(made.post.id)).content == made.post.content
        (listed,) = (await remote.posts(status="scheduled")).posts
        assert listed.id == made.post.id
        assert [log.what for log in (await remote.post_logs(made.post.id)).logs]
        assert (await remote.usage()).usage.scheduled == 1
        assert (await remote.verify()).valid
        assert (await remote.accounts_health()).summary.total == 1
        assert (await remote.profiles()).total == 1
        assert "deleted" in await remote.delete_post(made.post.id)


async def test_what_changes_is_told_as_it_does(me: Caller) -> None:
    async with connected(me.api.url, SecretStr(me.key), allows_http=False) as remote:
        async with aclosing(remote.events()) as events:
            begins = await anext(events)
            assert begins.kind == "ready"
            post = await me.made(scheduledFor="2027-01-15T10:00:00Z")
            async for event in events:
                if event.data.get("postId") == post["_id"]:
                    break
        async with aclosing(remote.events(after=begins.id)) as events:
            kinds = [(await anext(events)).kind for _ in range(2)]
        assert kinds[0] == "ready"
