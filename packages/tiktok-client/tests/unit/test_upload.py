from collections.abc import Callable

import pytest

from tiktok_client import (
    Advice,
    Chunk,
    Endpoints,
    ResponseError,
    TransportError,
    UploadError,
    UploadRefusal,
    plan_chunks,
)
from tiktok_client._operations import upload
from tiktok_client._operations.wire import Response

Answer = Callable[..., Response]
PLAN = plan_chunks(66_259_900)
HALF = 33_129_950
URL = "https://open-upload-i18n.tiktokapis.com/upload?upload_id=1&upload_token=s3cret"


def test_a_put_has_the_three_headers_and_no_authorization() -> None:
    target = upload.put_chunk(
        Endpoints(), URL, PLAN.chunk(1), total_bytes=66_259_900, content_type="video/mp4"
    )
    assert (target.method, target.url) == ("PUT", URL)
    assert target.headers == {
        "Content-Type": "video/mp4",
        "Content-Length": "33129950",
        "Content-Range": "bytes 33129950-66259899/66259900",
    }
    assert "s3cret" not in repr(target)


def test_a_content_type_that_tiktok_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="video/x-msvideo"):
        upload.put_chunk(
            Endpoints(), URL, PLAN.chunk(0), total_bytes=1, content_type="video/x-msvideo"
        )


def test_no_byte_goes_to_an_address_outside_tiktok() -> None:
    with pytest.raises(ResponseError) as caught:
        upload.put_chunk(
            Endpoints(),
            "https://evil.example/upload?upload_token=s3cret",
            PLAN.chunk(0),
            total_bytes=1,
            content_type="video/mp4",
        )
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "index", "complete"),
    [(206, 0, False), (201, 1, True), (201, 0, True), (200, 0, False), (200, 1, True)],
)
def test_a_taken_chunk_gives_a_receipt(
    answer: Answer, *, status: int, index: int, complete: bool
) -> None:
    headers = {"content-range": f"bytes 0-{HALF}/66259900"}
    receipt = upload.read_receipt(answer(b"", status, headers=headers), PLAN.chunk(index))
    assert (receipt.status, receipt.complete, receipt.received) == (status, complete, HALF)


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (400, UploadRefusal.REJECTED, Advice.FIX_INPUT),
        (403, UploadRefusal.EXPIRED, Advice.ASK_STATUS),
        (404, UploadRefusal.UNKNOWN, Advice.ASK_STATUS),
        (416, UploadRefusal.OUT_OF_STEP, Advice.ASK_STATUS),
        (500, UploadRefusal.FAULT, Advice.RETRY),
        (502, UploadRefusal.FAULT, Advice.RETRY),
        (302, UploadRefusal.OTHER, Advice.ASK_STATUS),
        (204, UploadRefusal.OTHER, Advice.ASK_STATUS),
    ],
)
def test_a_refused_chunk_says_why_and_where(
    answer: Answer, status: int, kind: UploadRefusal, advice: Advice
) -> None:
    with pytest.raises(UploadError) as caught:
        upload.read_receipt(answer(b"", status), PLAN.chunk(1))
    error = caught.value
    assert (error.kind, error.status, error.advice) == (kind, status, advice)
    assert (error.chunk.index, error.offset, error.received) == (1, HALF, None)
    assert "chunk 1 at byte 33129950" in str(error)


@pytest.mark.parametrize(
    ("header", "received"),
    [
        ("bytes 0-10/100", 10),
        ("bytes 0-0/100", 0),
        ("bytes 0-10/*", 10),
        ("bytes */100", None),
        ("bytes 5-10/100", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_the_counter_is_read_from_content_range(
    answer: Answer, header: str, received: int | None
) -> None:
    assert upload.received_counter(answer(b"", headers={"content-range": header})) == received


def refusal(kind: UploadRefusal, received: int | None = None) -> UploadError:
    chunk = Chunk(index=0, first=0, last_inclusive=9, is_last=False)
    return UploadError(kind=kind, status=0, chunk=chunk, received=received)


@pytest.mark.parametrize(
    ("error", "offset"),
    [
        (TransportError("broke", operation="upload", sent=True), 0),
        (refusal(UploadRefusal.FAULT), 0),
        (refusal(UploadRefusal.OUT_OF_STEP, HALF), HALF),
        (refusal(UploadRefusal.OUT_OF_STEP, HALF - 1), HALF),
        (refusal(UploadRefusal.OUT_OF_STEP, 66_259_899), 66_259_900),
        (refusal(UploadRefusal.OUT_OF_STEP, 12_345), None),
        (refusal(UploadRefusal.OUT_OF_STEP), None),
        (refusal(UploadRefusal.EXPIRED), None),
        (refusal(UploadRefusal.UNKNOWN), None),
        (refusal(UploadRefusal.REJECTED), None),
    ],
)
def test_after_a_failure_it_is_known_where_to_go_on(
    error: UploadError | TransportError, offset: int | None
) -> None:
    assert upload.resume_after(error, PLAN, 0) == offset


def test_a_resync_to_the_end_is_a_complete_upload() -> None:
    error = refusal(UploadRefusal.OUT_OF_STEP, 66_259_900)
    assert upload.receipt_of_resync(error, PLAN, 66_259_900).complete
    assert not upload.receipt_of_resync(error, PLAN, HALF).complete


@pytest.mark.parametrize("counter", ["9" * 20, "9" * 5000])
def test_a_counter_beyond_int64_is_no_counter(answer: Answer, counter: str) -> None:
    headers = {"content-range": f"bytes 0-{counter}/66259900"}
    assert upload.received_counter(answer(b"", status=206, headers=headers)) is None
