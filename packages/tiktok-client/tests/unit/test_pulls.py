"""Inbox videos, videos from a URL, and cancel: what goes over the wire and what comes back."""

import json
from collections.abc import Callable

import pytest

from tiktok_client import (
    Advice,
    APIError,
    Endpoints,
    FailReason,
    InvalidRequest,
    PostingRefused,
    PublishState,
    ResponseError,
    ServerFault,
    TransportError,
    VideoPost,
    plan_chunks,
)
from tiktok_client._operations import following, posting
from tiktok_client._operations.wire import Response

Answer = Callable[..., Response]
HERE = Endpoints.at("http://127.0.0.1:8700")
URL = "https://static.example.com/v.mp4?signature=s3cret"
POST = VideoPost(privacy_level="SELF_ONLY", title="Hello")
OK = {"code": "ok", "message": "", "log_id": "L1"}


def test_a_pull_names_an_address_where_an_upload_names_chunks() -> None:
    request = posting.init_video_from_url(HERE, "act.t", POST, URL)
    body = json.loads(request.body)
    assert request.url.endswith("/v2/post/publish/video/init/")
    assert body["source_info"] == {"source": "PULL_FROM_URL", "video_url": URL}
    assert body["post_info"] == posting.post_info(POST)
    assert "s3cret" not in repr(request)


def test_a_draft_says_where_its_bytes_are_and_nothing_else() -> None:
    request = posting.init_inbox_video(HERE, "act.t", plan_chunks(66_259_900))
    assert request.url.endswith("/v2/post/publish/inbox/video/init/")
    assert request.operation == "inbox.video.init"
    assert json.loads(request.body) == {
        "source_info": {
            "source": "FILE_UPLOAD",
            "video_size": 66_259_900,
            "chunk_size": 33_129_950,
            "total_chunk_count": 2,
        }
    }
    pulled = posting.init_inbox_video_from_url(HERE, "act.t", URL)
    assert json.loads(pulled.body) == {"source_info": {"source": "PULL_FROM_URL", "video_url": URL}}


def test_an_address_tiktok_never_fetches_from_is_refused_before_anything_is_sent() -> None:
    for url in ("http://static.example.com/v.mp4?s3cret", "https://10.0.0.1/v.mp4?s3cret"):
        with pytest.raises(ValueError, match=r"^video_url must be an https address") as caught:
            posting.init_video_from_url(Endpoints(), "act.t", POST, url)
        assert "s3cret" not in str(caught.value)


def test_an_opened_pull_has_an_id_and_no_upload_address(answer: Answer) -> None:
    opened = posting.read_opened(answer({"data": {"publish_id": "v_pub_url~v2.7"}, "error": OK}))
    assert (opened.publish_id, opened.log_id) == ("v_pub_url~v2.7", "L1")
    with pytest.raises(ResponseError, match="publish_id"):
        posting.read_opened(answer({"data": {}, "error": OK}))


def test_cancel_names_the_post_and_needs_no_data_back(answer: Answer) -> None:
    request = posting.cancel(HERE, "act.t", "v_pub_url~v2.7")
    assert request.url.endswith("/v2/post/publish/cancel/")
    assert json.loads(request.body) == {"publish_id": "v_pub_url~v2.7"}
    posting.read_cancelled(answer({"error": OK}))


@pytest.mark.parametrize(
    ("code", "kind", "advice"),
    [
        ("publish_not_cancellable", InvalidRequest, Advice.ASK_STATUS),
        ("app_version_check_failed", PostingRefused, Advice.FIX_INPUT),
        ("spam_risk_too_many_pending_share", PostingRefused, Advice.RETRY_LATER),
    ],
)
def test_their_own_refusals_are_known(
    answer: Answer, code: str, kind: type[APIError], advice: Advice
) -> None:
    refused = {"error": {"code": code, "message": "no", "log_id": "L1"}}
    with pytest.raises(kind) as caught:
        posting.read_opened(answer(refused, 400, operation="photo.init"))
    assert (caught.value.advice, caught.value.log_id) == (advice, "L1")
    assert caught.value.doc_url.endswith("content-posting-api-reference-photo-post")


def fault(code: str) -> ServerFault:
    return ServerFault(operation="photo.init", code=code, message="", log_id=None, status=502)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (TransportError("broke", operation="photo.init", sent=True), Advice.ASK_STATUS),
        (TransportError("broke", operation="photo.init", sent=False), Advice.RETRY),
        (fault(""), Advice.ASK_STATUS),  # a gateway's page
        (fault("internal_error"), Advice.RETRY),  # TikTok's own words
        (ResponseError("what?", operation="photo.init", status=200), Advice.ASK_STATUS),
    ],
)
def test_a_pull_whose_answer_is_lost_is_not_advised_to_be_opened_again(
    error: TransportError | ServerFault | ResponseError, advice: Advice
) -> None:
    following.doubt(error)
    assert error.advice is advice


def test_a_pull_counts_what_was_downloaded(answer: Answer) -> None:
    data = {"status": "PROCESSING_DOWNLOAD", "downloaded_bytes": 42}
    status = posting.read_status(answer({"data": data, "error": OK}))
    assert (status.state, status.downloaded_bytes) == (PublishState.PROCESSING_DOWNLOAD, 42)
    assert status.uploaded_bytes is None
    assert not status.state.is_final


def test_a_draft_can_be_published_several_times(answer: Answer) -> None:
    body = (
        b'{"data":{"status":"PUBLISH_COMPLETE","publicaly_available_post_id":'
        b"[7678907398077074696,7678907398077074697,7678907398077074698]},"
        b'"error":{"code":"ok","message":"","log_id":"L1"}}'
    )
    assert posting.read_status(answer(body)).post_ids == (
        "7678907398077074696",
        "7678907398077074697",
        "7678907398077074698",
    )


def test_every_reason_has_advice_of_its_own(answer: Answer) -> None:
    said = {reason: reason.advice for reason in FailReason}
    again = {FailReason.INTERNAL, FailReason.VIDEO_PULL_FAILED, FailReason.PHOTO_PULL_FAILED}
    assert {said[reason] for reason in again} == {Advice.RETRY_LATER}
    assert said[FailReason.PUBLISH_CANCELLED] is Advice.GIVE_UP
    assert len(said) == 14


@pytest.mark.parametrize(
    ("state", "ids", "decided", "public"),
    [
        ("PROCESSING_UPLOAD", [], False, False),
        ("PROCESSING_DOWNLOAD", [], False, False),
        ("SEND_TO_USER_INBOX", [], True, False),
        ("SEND_TO_USER_INBOX", [7], True, True),
        ("PUBLISH_COMPLETE", [], True, False),
        ("PUBLISH_COMPLETE", [7], True, True),
        ("FAILED", [], True, True),
        ("ON_HOLD", [], False, False),
    ],
)
def test_what_is_waited_for_is_the_end_or_a_public_id(
    answer: Answer, *, state: str, ids: list[int], decided: bool, public: bool
) -> None:
    data = {"status": state, "publicaly_available_post_id": ids}
    status = posting.read_status(answer({"data": data, "error": OK}))
    assert following.is_awaited(status, "decided") == decided
    assert following.is_awaited(status, "public_id") == public
