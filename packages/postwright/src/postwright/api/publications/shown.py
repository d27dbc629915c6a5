"""A publication as it goes over the wire, and as it is read there again: both in one place.

Our own command line shows what a service elsewhere tells with what shows the rows of this
machine's database, so what is told is made rows again, which no database holds.
"""

from postwright.api.wire.publications import PublicationAttempt, PublicationFile, PublicationOut
from postwright.connections.models import Connection
from postwright.media.models import MediaFile
from postwright.posts.models import Post
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.queries import Overview

# What is called the same in the row and on the wire.
_ALIKE = (
    "id", "post_id", "kind", "mode", "source", "state", "hold_reason", "end_code", "detail",
    "publish_at", "timezone", "if_missed", "expected_at", "finished_at", "cancel_requested_at",
    "caption", "settings", "content_version", "visibility", "post_ids",
)  # fmt: skip
_FILE = ("name", "sha256", "size_bytes")
_ATTEMPT = ("number", "publish_id", "progress_bytes", "last_byte_at")


def publication_shown(seen: Overview) -> PublicationOut:
    """A publication as it goes over the wire."""
    publication, attempt = seen.publication, seen.attempt
    return PublicationOut(
        **{name: getattr(publication, name) for name in _ALIKE},
        client_key=seen.post.client_key,
        account_id=seen.connection.id,
        username=seen.connection.handle,
        settings_report=publication.report,
        revision=publication.version,
        url=publication.post_url,
        files=[
            PublicationFile(media_id=file.id, **{name: getattr(file, name) for name in _FILE})
            for file in seen.media
        ],
        attempt=None if attempt is None else _attempt_shown(attempt),
    )


def _attempt_shown(attempt: AttemptRow) -> PublicationAttempt:
    alike = {name: getattr(attempt, name) for name in _ATTEMPT}
    return PublicationAttempt(**alike, sent_bytes=attempt.sent_offset)


def publication_read(told: PublicationOut) -> Overview:
    """A publication as rows, of what was told of it."""
    publication = Publication(
        **{name: getattr(told, name) for name in _ALIKE},
        connection_id=told.account_id,
        report=told.settings_report,
        version=told.revision,
        post_url=told.url,
    )
    return Overview(
        publication,
        Post(id=told.post_id, client_key=told.client_key),
        Connection(id=told.account_id, handle=told.username),
        tuple(
            MediaFile(id=file.media_id, **{name: getattr(file, name) for name in _FILE})
            for file in told.files
        ),
        None if told.attempt is None else _attempt_read(told.attempt),
    )


def _attempt_read(told: PublicationAttempt) -> AttemptRow:
    alike = {name: getattr(told, name) for name in _ATTEMPT}
    return AttemptRow(**alike, sent_offset=told.sent_bytes)
