import json
from collections.abc import Callable

import pytest

from tiktok_client import (
    Advice,
    Endpoints,
    FailReason,
    PrivacyLevel,
    PublishState,
    ResponseError,
    VideoPost,
    plan_chunks,
    utf16_units,
)
from tiktok_client._operations import posting
from tiktok_client._operations.wire import Response

Answer = Callable[..., Response]
HERE = Endpoints.at("http://127.0.0.1:8700")
INFO = {
    "creator_avatar_url": "https://p16.example/a.jpg",
    "creator_username": "maya",
    "creator_nickname": "Maya",
    "privacy_level_options": ["PUBLIC_TO_EVERYONE", "SELF_ONLY", "CLOSE_FRIENDS"],
    "comment_disabled": False,
    "duet_disabled": True,
    "stitch_disabled": True,
    "max_video_post_duration_sec": 600,
}


def ok(data: object) -> dict[str, object]:
    return {"data": data, "error": {"code": "ok", "message": "", "log_id": "L1"}}


def test_posting_calls_carry_the_token_and_json() -> None:
    request = posting.creator_info(HERE, "act.secret")
    assert request.url == "http://127.0.0.1:8700/v2/post/publish/creator_info/query/"
    assert request.headers["Authorization"] == "Bearer act.secret"
    assert request.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert "act.secret" not in repr(request)


def test_creator_info_turns_negations_round_and_keeps_unknown_levels(answer: Answer) -> None:
    info = posting.read_creator_info(answer(ok(INFO | {"later": 1})))
    assert info.privacy_level_options == (
        PrivacyLevel.PUBLIC_TO_EVERYONE,
        PrivacyLevel.SELF_ONLY,
        "CLOSE_FRIENDS",
    )
    assert (info.allows_comment, info.allows_duet, info.allows_stitch) == (True, False, False)
    assert (info.username, info.nickname, info.log_id) == ("maya", "Maya", "L1")
    assert info.max_video_post_duration_s == 600
    assert info.raw["later"] == 1
    assert hash(info)


def test_creator_info_without_options_is_refused(answer: Answer) -> None:
    with pytest.raises(ResponseError, match="privacy_level_options"):
        posting.read_creator_info(answer(ok({**INFO, "privacy_level_options": "SELF_ONLY"})))


def test_init_says_what_was_allowed_and_leaves_out_what_was_not_said() -> None:
    post = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)
    request = posting.init_video(HERE, "act.t", post, plan_chunks(66_259_900))
    assert json.loads(request.body) == {
        "post_info": {
            "privacy_level": "SELF_ONLY",
            "disable_comment": True,
            "disable_duet": True,
            "disable_stitch": True,
            "brand_content_toggle": False,
            "brand_organic_toggle": False,
            "is_aigc": False,
        },
        "source_info": {
            "source": "FILE_UPLOAD",
            "video_size": 66_259_900,
            "chunk_size": 33_129_950,
            "total_chunk_count": 2,
        },
    }


def test_init_carries_everything_that_was_said() -> None:
    post = VideoPost(
        privacy_level="CLOSE_FRIENDS",
        title="Ünï 🦊 #fox",
        allow_comment=True,
        allow_duet=True,
        allow_stitch=True,
        cover_timestamp_ms=0,
        brand_content=True,
        brand_organic=True,
        is_aigc=True,
    )
    request = posting.init_video(HERE, "act.t", post, plan_chunks(100))
    assert json.loads(request.body)["post_info"] == {
        "privacy_level": "CLOSE_FRIENDS",
        "title": "Ünï 🦊 #fox",
        "disable_comment": False,
        "disable_duet": False,
        "disable_stitch": False,
        "video_cover_timestamp_ms": 0,
        "brand_content_toggle": True,
        "brand_organic_toggle": True,
        "is_aigc": True,
    }


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("ü", 1), ("🦊", 2), ("👩‍🚀", 5)])
def test_captions_are_counted_in_utf16_units(text: str, units: int) -> None:
    assert utf16_units(text) == units


def test_a_caption_may_have_2200_units_and_no_more() -> None:
    VideoPost(privacy_level="SELF_ONLY", title="🦊" * 1100)
    with pytest.raises(ValueError, match="2200 UTF-16 units, not 2201"):
        VideoPost(privacy_level="SELF_ONLY", title="🦊" * 1100 + "x")


def test_a_cover_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="cover_timestamp_ms"):
        VideoPost(privacy_level="SELF_ONLY", cover_timestamp_ms=-1)


def test_the_upload_address_is_not_shown(answer: Answer) -> None:
    data = {"publish_id": "v_pub_file~v2-1.7", "upload_url": "https://up/?upload_token=s3cret"}
    upload = posting.read_video_upload(answer(ok(data)))
    assert (upload.publish_id, upload.log_id) == ("v_pub_file~v2-1.7", "L1")
    assert upload.upload_url.endswith("s3cret")
    assert "s3cret" not in repr(upload)


def test_post_ids_survive_beyond_what_a_float_can_hold(answer: Answer) -> None:
    body = (
        b'{"data":{"status":"PUBLISH_COMPLETE","publicaly_available_post_id":'
        b'[7678907398077074696,9223372036854775807],"uploaded_bytes":42},'
        b'"error":{"code":"ok","message":"","log_id":"L1"}}'
    )
    status = posting.read_status(answer(body))
    assert status.post_ids == ("7678907398077074696", "9223372036854775807")
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert status.state.is_final
    assert status.uploaded_bytes == 42


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([], ()),
        (None, ()),
        (7678907398077074696, ("7678907398077074696",)),
        (["7678907398077074696"], ("7678907398077074696",)),
    ],
)
def test_post_ids_in_other_shapes_are_read_too(
    answer: Answer, ids: object, expected: tuple[str, ...]
) -> None:
    data = {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": ids}
    assert posting.read_status(answer(ok(data))).post_ids == expected


@pytest.mark.parametrize("bad", [7.678907398077075e18, "x", "", None, {"a": 1}, True, "9" * 5000])
def test_a_post_id_that_cannot_be_read_hides_nothing_else(answer: Answer, bad: object) -> None:
    data = {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [bad, 7525]}
    status = posting.read_status(answer(ok(data)))
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert status.post_ids == ("7525",)
    data = {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": bad}
    assert posting.read_status(answer(ok(data))).post_ids == ()


def test_a_failure_keeps_its_reason_and_knows_what_to_do(answer: Answer) -> None:
    data = {"status": "FAILED", "fail_reason": "frame_rate_check_failed", "uploaded_bytes": 7}
    status = posting.read_status(answer(ok(data)))
    assert status.fail_reason is FailReason.FRAME_RATE_CHECK_FAILED
    assert status.fail_reason.advice is Advice.FIX_INPUT
    assert status.post_ids == ()


def test_states_and_reasons_from_the_future_are_kept_in_their_own_words(answer: Answer) -> None:
    data = {"status": "ON_HOLD", "fail_reason": "moon_phase"}
    status = posting.read_status(answer(ok(data)))
    assert (status.state, status.raw_state) == (PublishState.UNKNOWN, "ON_HOLD")
    assert (status.fail_reason, status.raw_fail_reason) == (FailReason.UNKNOWN, "moon_phase")
    assert not status.state.is_final
    assert FailReason.UNKNOWN.advice is Advice.GIVE_UP


def test_an_empty_reason_is_no_reason(answer: Answer) -> None:
    data = {"status": "PROCESSING_UPLOAD", "fail_reason": ""}
    status = posting.read_status(answer(ok(data)))
    assert (status.fail_reason, status.raw_fail_reason) == (None, None)
    assert not status.state.is_final
