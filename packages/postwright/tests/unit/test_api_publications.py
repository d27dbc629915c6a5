"""A publication that goes over the wire is read there as it was."""

from datetime import UTC, datetime

from postwright.api.publications.shown import publication_read, publication_shown
from postwright.api.wire.publications import PublicationAttempt, PublicationFile, PublicationOut
from postwright.media.models import MediaKind
from postwright.platforms.content import Mode, Source
from postwright.publishing.states import IfMissed, State, Visibility

AT = datetime(2027, 1, 15, 10, 0, 0, 123456, tzinfo=UTC)
TOLD = PublicationOut(
    id="pub_1",
    post_id="post_1",
    client_key="monday",
    account_id="conn_1",
    username="demo",
    kind=MediaKind.PHOTO,
    mode=Mode.DRAFT,
    source=Source.PULL,
    state=State.UPLOADING,
    hold_reason="paused",
    end_code="x",
    detail="why",
    publish_at=AT,
    timezone="Europe/Berlin",
    if_missed=IfMissed.HOLD,
    expected_at=AT.replace(hour=11),
    finished_at=AT.replace(hour=12),
    cancel_requested_at=AT.replace(hour=13),
    caption="Hello",
    settings={"title": "Hello"},
    settings_report=[{"setting": "title"}],
    content_version=2,
    revision=3,
    files=[PublicationFile(media_id="media_1", name="a.jpg", sha256="ab", size_bytes=5)],
    attempt=PublicationAttempt(
        number=4,
        publish_id="p",
        sent_bytes=1,
        progress_bytes=2,
        last_byte_at=AT.replace(hour=14),
    ),
    visibility=Visibility.PENDING,
    post_ids=["7312345678901234567"],
    url="https://www.tiktok.com/@demo/photo/7312345678901234567",
)


def test_nothing_of_it_is_lost_on_the_way_there_and_back() -> None:
    over_the_wire = PublicationOut.model_validate_json(TOLD.model_dump_json(by_alias=True))
    assert publication_shown(publication_read(over_the_wire)) == TOLD


def test_a_field_that_is_added_has_a_value_here() -> None:
    assert TOLD.model_fields_set == set(PublicationOut.model_fields)
