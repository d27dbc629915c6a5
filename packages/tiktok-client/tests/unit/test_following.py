from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_client import (
    Advice,
    Chunk,
    CreatorInfo,
    FailReason,
    InvalidRequest,
    PollPlan,
    PostInterrupted,
    PostProgress,
    PostStage,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    RateLimited,
    SourceError,
    TikTokError,
    TimedOut,
    TokenInvalid,
    TransportError,
    UploadError,
    UploadRefusal,
    VideoPost,
    plan_chunks,
)
from tiktok_client._operations.following import (
    Poll,
    Telling,
    check_privacy,
    content_type_of,
    go_on_from,
)
from tiktok_client._source import size_of

PLAN = plan_chunks(66_259_900)
HALF = 33_129_950
BROKEN = TransportError("broke", operation="upload", sent=True)


def status(
    state: PublishState = PublishState.PROCESSING_UPLOAD,
    uploaded_bytes: int | None = None,
    fail_reason: FailReason | None = None,
) -> PublishStatus:
    return PublishStatus(state, fail_reason, (), uploaded_bytes, state.value)


def refusal(kind: UploadRefusal) -> UploadError:
    chunk = Chunk(index=0, first=0, last_inclusive=9, is_last=False)
    return UploadError(kind=kind, status=0, chunk=chunk, received=None)


def test_pauses_grow_from_five_seconds_to_a_minute() -> None:
    assert list(islice(PollPlan().pauses_s(), 9)) == [
        5, 7.5, 11.25, 16.875, 25.3125, 37.96875, 56.953125, 60, 60,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said", [{"first_s": 0}, {"factor": 0.9}, {"first_s": 9, "longest_s": 8}, {"first_s": -1}]
)
def test_a_plan_whose_pauses_do_not_grow_is_refused(said: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="never shrink"):
        PollPlan(**said)


def test_a_plan_that_asks_more_than_thirty_times_a_minute_is_refused() -> None:
    PollPlan(first_s=2, factor=1)
    with pytest.raises(ValueError, match="30 questions"):
        PollPlan(first_s=1.9, factor=1)


@given(st.floats(0.001, 10), st.floats(1, 3), st.floats(0.001, 100))
def test_a_plan_that_is_taken_never_asks_more_than_thirty_times_a_minute(
    first_s: float, factor: float, longest_s: float
) -> None:
    try:
        plan = PollPlan(first_s=first_s, factor=factor, longest_s=longest_s)
    except ValueError:
        return
    at = [0.0]
    for pause_s in islice(plan.pauses_s(), 200):
        at.append(at[-1] + pause_s)
    for early, late in zip(at, at[30:], strict=False):
        assert late - early >= 60 - 1e-6


def test_waiting_ends_with_the_last_question_that_is_in_time() -> None:
    poll = Poll(PollPlan(timeout_s=20), started=100)
    assert poll.after_status(status(), now=100) == 5
    assert poll.after_status(status(), now=106) == 7.5
    with pytest.raises(TimedOut, match="within 20 s; TikTok says PROCESSING_UPLOAD") as caught:
        poll.after_status(status(), now=114)
    assert caught.value.operation == "status"


def api_error(kind: type[RateLimited] | type[InvalidRequest] | type[TokenInvalid]) -> TikTokError:
    return kind(operation="status", code="x", message="", log_id=None, status=429)


def test_faults_pass_and_refusals_do_not() -> None:
    poll = Poll(PollPlan(), started=0)
    assert poll.after_error(TransportError("broke", operation="status", sent=True), now=0) == 5
    refused = api_error(TokenInvalid)
    with pytest.raises(TokenInvalid) as caught:
        poll.after_error(refused, now=0)
    assert caught.value is refused


def test_a_rate_limit_is_waited_out_as_long_as_it_says() -> None:
    limited = RateLimited(
        operation="status", code="x", message="", log_id=None, status=429, retry_after=42
    )
    assert Poll(PollPlan(), started=0).after_error(limited, now=0) == 42


def test_an_id_that_is_too_fresh_is_asked_for_again_but_not_for_ever() -> None:
    poll = Poll(PollPlan(), started=0)
    fresh = api_error(InvalidRequest)
    assert [poll.after_error(fresh, now=0) for _ in range(3)] == [5, 7.5, 11.25]
    with pytest.raises(InvalidRequest):
        poll.after_error(fresh, now=0)


@pytest.mark.parametrize(
    ("error", "told", "offset"),
    [
        (BROKEN, status(uploaded_bytes=HALF), HALF),
        (BROKEN, status(uploaded_bytes=0), 0),
        (BROKEN, status(uploaded_bytes=12_345), None),
        (BROKEN, status(), None),
        (BROKEN, status(uploaded_bytes=66_259_900), 66_259_900),
        (BROKEN, status(PublishState.PUBLISH_COMPLETE), 66_259_900),
        (BROKEN, status(PublishState.FAILED), 66_259_900),
        (refusal(UploadRefusal.OUT_OF_STEP), status(uploaded_bytes=HALF), HALF),
        (refusal(UploadRefusal.EXPIRED), status(uploaded_bytes=HALF), None),
        (refusal(UploadRefusal.EXPIRED), status(uploaded_bytes=66_259_900), 66_259_900),
        (refusal(UploadRefusal.UNKNOWN), status(uploaded_bytes=HALF), None),
    ],
)
def test_status_says_where_an_upload_goes_on(
    error: UploadError | TransportError, told: PublishStatus, offset: int | None
) -> None:
    assert go_on_from(error, told, PLAN) == offset


def test_a_failed_post_says_what_to_do_and_others_say_nothing() -> None:
    assert status().advice is None
    assert status(PublishState.PUBLISH_COMPLETE).advice is None
    assert status(PublishState.FAILED).advice is Advice.GIVE_UP
    reason = FailReason.FILE_FORMAT_CHECK_FAILED
    assert status(PublishState.FAILED, fail_reason=reason).advice is Advice.FIX_INPUT


def test_a_privacy_level_that_is_not_offered_is_refused() -> None:
    info = CreatorInfo(
        username="maya",
        nickname="Maya",
        avatar_url="",
        privacy_level_options=(PrivacyLevel.SELF_ONLY,),
        allows_comment=True,
        allows_duet=True,
        allows_stitch=True,
        max_video_post_duration_s=600,
    )
    check_privacy(info, VideoPost(privacy_level="SELF_ONLY"))
    with pytest.raises(ValueError, match="@maya may choose SELF_ONLY, not PUBLIC_TO_EVERYONE"):
        check_privacy(info, VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE))


def test_the_content_type_comes_from_the_ending() -> None:
    told = [content_type_of(Path(name)) for name in ("a.mp4", "a.MOV", "a.webm", "a")]
    assert told == ["video/mp4", "video/quicktime", "video/webm", "video/mp4"]
    assert content_type_of(b"") == "video/mp4"
    with pytest.raises(ValueError, match=r"not \.avi"):
        content_type_of(Path("a.avi"))


def test_the_content_type_of_an_open_file_comes_from_its_name(tmp_path: Path) -> None:
    assert content_type_of("a.MOV") == "video/quicktime"
    with (tmp_path / "a.webm").open("wb+") as file:
        assert content_type_of(file) == "video/webm"
    with TemporaryFile() as nameless:
        assert content_type_of(nameless) == "video/mp4"


def test_a_content_type_that_was_said_counts_if_tiktok_takes_it() -> None:
    assert content_type_of(Path("a.avi"), "video/mp4") == "video/mp4"
    with pytest.raises(ValueError, match="not 'video/x-msvideo'"):
        content_type_of(Path("a.mp4"), "video/x-msvideo")


def test_a_flow_tells_each_step_and_needs_no_listener() -> None:
    told: list[PostProgress] = []
    for listener in (told.append, None):
        telling = Telling(listener, "v_pub~1", 10)
        telling.opened()
        telling.sent(4)
        telling.asked(status())
    assert told == [
        PostProgress("v_pub~1", PostStage.OPENED, 0, 10),
        PostProgress("v_pub~1", PostStage.UPLOADING, 4, 10),
        PostProgress("v_pub~1", PostStage.PROCESSING, 10, 10, status()),
    ]


class Own:
    def read(self, offset: int, size: int, /) -> bytes:
        return bytes(size)


def test_the_size_is_what_was_said_or_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"12345")
    assert (size_of(path, None), size_of(b"123", None), size_of(Own(), 7)) == (5, 3, 7)
    with pytest.raises(ValueError, match="size_bytes"):
        size_of(Own(), None)
    with pytest.raises(SourceError):
        size_of(tmp_path / "missing.mp4", None)


def test_an_interrupted_post_names_its_id_but_not_its_address() -> None:
    error = PostInterrupted(BROKEN, publish_id="v_pub~1", upload_url="https://x/?t=s3cret")
    assert error.advice is Advice.ASK_STATUS
    assert "v_pub~1" in str(error)
    assert "s3cret" not in f"{error} {error!r}"
    assert (error.operation, error.upload_url) == ("post_video", "https://x/?t=s3cret")
    photos = PostInterrupted(BROKEN, publish_id="p_pub~1", operation="post_photos")
    assert (photos.operation, photos.upload_url) == ("post_photos", None)
    assert str(photos) == f"post_photos: p_pub~1 is open, but {BROKEN}"
