"""What one PUT must look like."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tiktok_emulator.errors import UploadRefusal
from tiktok_emulator.posting.state import ChunkPlan, PostInfo, Privacy
from tiktok_emulator.settings import Settings
from tiktok_emulator.upload.rules import (
    Range,
    check_alive,
    check_headers,
    check_progress,
    content_range,
    read_range,
)
from tiktok_emulator.upload.state import Upload

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
STRICT = Settings()
HEADERS = {
    "content-type": "video/mp4",
    "content-length": "10",
    "content-range": "bytes 0-9/25",
}


def _upload(received: int = 0) -> Upload:
    return Upload(
        publish_id="v_pub_file~v2-1.1",
        upload_id="1",
        upload_token="t",
        client_key="key",
        username="ann",
        info=PostInfo(privacy="SELF_ONLY"),
        privacy=Privacy.SELF,
        plan=ChunkPlan(25, 10, 2),
        path=Path("nowhere"),
        created_at=NOON,
        expires_at=NOON + timedelta(hours=1),
        received_bytes=received,
    )


@pytest.mark.parametrize(
    "value", [None, "", "bytes 0-9", "bytes */25", "0-9/25", "bytes 9-0/25", "bytes 0-25/25"]
)
def test_a_range_of_another_form_is_none(value: str | None) -> None:
    assert read_range(value) is None


def test_good_headers_are_read() -> None:
    assert check_headers(HEADERS) == (Range(0, 9, 25), "video/mp4")
    assert not Range(0, 9, 25).is_final
    assert Range(10, 24, 25).is_final


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"content-type": "application/octet-stream"}, "upload.put.content-type"),
        ({"content-type": ""}, "upload.put.content-type"),
        ({"content-range": ""}, "upload.put.bad-headers-400"),
        ({"content-range": "bytes 0-10/25"}, "upload.put.headers"),
        ({"content-length": "9"}, "upload.put.headers"),
        ({"content-length": ""}, "upload.put.headers"),
    ],
)
def test_bad_headers_are_400_with_their_rule(change: dict[str, str], rule: str) -> None:
    with pytest.raises(UploadRefusal) as caught:
        check_headers(HEADERS | change)
    assert (caught.value.status, caught.value.rule) == (400, rule)


@pytest.mark.parametrize(("received", "span"), [(0, Range(0, 9, 25)), (10, Range(10, 24, 25))])
def test_the_next_chunk_of_the_plan_is_taken(received: int, span: Range) -> None:
    check_progress(_upload(received), span, STRICT)


@pytest.mark.parametrize(
    ("received", "span", "rule"),
    [
        (0, Range(10, 24, 25), "upload.put.sequential"),
        (10, Range(0, 9, 25), "upload.put.sequential"),
        (10, Range(11, 24, 25), "upload.put.sequential"),
        (25, Range(10, 24, 25), "upload.put.sequential"),
        (0, Range(0, 8, 25), "upload.put.range-416"),
        (0, Range(0, 24, 25), "upload.put.last-chunk-size"),
        (10, Range(10, 19, 25), "upload.put.range-416"),
    ],
)
def test_any_other_chunk_is_416_and_told_how_much_is_stored(
    received: int, span: Range, rule: str
) -> None:
    with pytest.raises(UploadRefusal) as caught:
        check_progress(_upload(received), span, STRICT)
    assert (caught.value.status, caught.value.rule) == (416, rule)
    assert caught.value.content_range == f"bytes 0-{received}/25"


def test_another_total_than_init_declared_is_400() -> None:
    with pytest.raises(UploadRefusal) as caught:
        check_progress(_upload(), Range(0, 9, 26), STRICT)
    assert caught.value.status == 400


def test_the_range_can_be_told_as_the_last_index() -> None:
    indexed = Settings(content_range_counts="last_index")
    assert content_range(_upload(10), indexed) == "bytes 0-9/25"
    assert content_range(_upload(0), indexed) == "bytes */25"


def test_an_address_lives_for_its_hour_and_no_second_longer() -> None:
    upload = _upload()
    assert check_alive(upload, NOON + timedelta(seconds=3599)) is upload
    with pytest.raises(UploadRefusal) as caught:
        check_alive(upload, NOON + timedelta(seconds=3600))
    assert caught.value.status == 403


def test_an_unknown_address_is_404() -> None:
    with pytest.raises(UploadRefusal) as caught:
        check_alive(None, NOON)
    assert caught.value.status == 404
