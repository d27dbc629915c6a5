"""What TikTok says about videos it does not take, from real files."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from demo.video import Codec, make_video
from tests.contract.desk import Desk
from tests.contract.test_status import decided
from tiktok_client import FailReason, PrivacyLevel, PublishState, VideoPost, plan_chunks
from tools.coverage import Row

Rows = Mapping[str, Row]
TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}


def small(
    path: Path, *, codec: Codec = "h264", width: int = 360, fps: int = 30, duration_s: int = 1
) -> None:
    """Make a video that is as small as TikTok takes it, but for what is said."""
    make_video(path, width=width, height=640, fps=fps, duration_s=duration_s, codec=codec)


async def outcome(desk: Desk, path: Path) -> tuple[PublishState, FailReason | None]:
    """Post this file; return what became of it."""
    client = await desk.connected()
    plan = plan_chunks(path.stat().st_size)
    post = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)
    upload = await client.posting.init_video(post, plan)
    content_type = TYPES.get(path.suffix, "video/mp4")
    await client.posting.upload(upload.upload_url, path, plan, content_type=content_type)
    status = await decided(desk, client, upload.publish_id)
    return status.state, status.fail_reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "h264"),
        ("a.mp4", "hevc"),
        ("a.mov", "h264"),
        ("a.webm", "vp8"),
        ("a.webm", "vp9"),
    ],
)
@pytest.mark.spec("media.video.formats", "media.video.codecs")
async def test_each_format_and_codec_of_the_page_is_taken(
    desk: Desk, rows: Rows, tmp_path: Path, name: str, codec: Codec
) -> None:
    assert codec in rows["media.video.codecs"]["values"]
    path = tmp_path / name
    assert path.suffix[1:] in rows["media.video.formats"]["values"]
    small(path, codec=codec)
    assert await outcome(desk, path) == (PublishState.PUBLISH_COMPLETE, None)


def text(path: Path) -> None:
    path.write_bytes(b"no video at all, only words " * 100)


def avi(path: Path) -> None:
    small(path.with_suffix(".avi"), codec="mpeg4")
    path.with_suffix(".avi").rename(path)


def mpeg4(path: Path) -> None:
    small(path, codec="mpeg4")


def slow(path: Path) -> None:
    small(path, fps=22)


def fast(path: Path) -> None:
    small(path, fps=61)


def narrow(path: Path) -> None:
    small(path, width=358)


def long(path: Path) -> None:
    small(path, duration_s=3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "row"),
    [
        (text, "media.video.formats"),
        (avi, "media.video.formats"),
        (mpeg4, "media.video.codecs"),
        (slow, "media.video.fps"),
        (fast, "media.video.fps"),
        (narrow, "media.video.sides"),
        (long, "media.video.duration"),
    ],
)
@pytest.mark.spec(
    "media.video.formats",
    "media.video.codecs",
    "media.video.fps",
    "media.video.sides",
    "media.video.duration",
)
async def test_a_video_that_breaks_a_rule_fails_after_the_upload(
    desk: Desk, rows: Rows, tmp_path: Path, make: Callable[[Path], None], row: str
) -> None:
    await desk.control("PATCH", "creators/maya", {"max_video_post_duration_sec": 2})
    path = tmp_path / "v.mp4"
    make(path)
    assert await outcome(desk, path) == (
        PublishState.FAILED,
        FailReason(rows[row]["fail_reason"]),
    )
    assert await desk.posts() == []
