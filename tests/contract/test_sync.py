"""The generated client goes the whole way, too."""

import asyncio
import hashlib

from tests.contract.desk import DESKTOP, LOOPBACK, MIB, SCOPES, Desk, padded
from tiktok_client import (
    PrivacyLevel,
    PublishState,
    TikTok,
    Transport,
    VideoPost,
    plan_chunks,
)


async def test_the_sync_client_posts_a_video(desk: Desk, video: bytes) -> None:
    await desk.settings(rate_limits={"status": 100_000})
    content = padded(video, 12 * MIB)
    oauth = desk.client().oauth
    asked = oauth.authorize(redirect_uri=LOOPBACK, scopes=SCOPES, kind="desktop")
    await desk.consent()
    back = await desk.visit(asked.url)

    def post() -> tuple[str, ...]:
        with Transport() as transport:
            client = TikTok(app=DESKTOP, endpoints=desk.endpoints, transport=transport)
            code = client.oauth.read_callback(back, expected_state=asked.state).code
            grant = client.oauth.exchange(
                code=code, redirect_uri=LOOPBACK, code_verifier=asked.code_verifier
            )
            grant = client.oauth.refresh(refresh_token=grant.refresh_token)
            token = grant.access_token
            speaking = TikTok(
                token=lambda: token, app=DESKTOP, endpoints=desk.endpoints, transport=transport
            )
            info = speaking.posting.creator_info()
            assert PrivacyLevel.PUBLIC_TO_EVERYONE in info.privacy_level_options
            plan = plan_chunks(len(content), 10 * MIB)
            told = VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE)
            upload = speaking.posting.init_video(told, plan)
            receipt = speaking.posting.upload(upload.upload_url, content, plan, pause_s=0)
            assert receipt.complete
            while True:
                status = speaking.posting.status(upload.publish_id)
                if status.state.is_final:
                    break
            assert status.state is PublishState.PUBLISH_COMPLETE
            speaking.oauth.revoke(access_token=token)
            return status.post_ids

    await desk.fault("upload", "drop_after", skip=1)
    post_ids = await asyncio.to_thread(post)
    [there] = await desk.posts()
    assert post_ids == (there["post_id"],)
    assert there["sha256"] == hashlib.sha256(content).hexdigest()
