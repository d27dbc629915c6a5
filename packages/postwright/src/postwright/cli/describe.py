"""How a publication stands, as JSON and in words."""

from typing import Any

from postwright.cli.printing import when
from postwright.publishing.models import Publication
from postwright.publishing.queries import Overview
from postwright.publishing.states import State

_HOLDS = {
    "rate_limit": "TikTok's limit per minute is used up",
    "daily_cap": "TikTok lets nothing more be posted today",
    "reconnect": "the account has to be connected again: postwright accounts",
    "revoked": "its authorisation was taken away; connect it again: postwright accounts",
    "insufficient_scope": "a permission is missing; connect it again: postwright accounts",
    "unreachable": "TikTok cannot be reached",
    "trouble": "something is wrong on this side",
    "paused": "publishing is paused",
    "pending_drafts": "too many drafts wait to be finished in the app",
    "active_users": "the app may not post for more accounts today",
    "copy_in_doubt": "this may be a copy of the data",
    "missed": "its time passed while nothing was running",
    "restored": "it may have gone out before a backup was put back",
}
_TELL_MORE = {
    "unreachable", "daily_cap", "trouble", "paused", "pending_drafts", "active_users",
    "copy_in_doubt", "missed", "restored",
}  # fmt: skip


NEEDS_A_PERSON = {
    "reconnect", "revoked", "insufficient_scope", "paused", "copy_in_doubt", "missed", "restored",
}  # fmt: skip


def facts(seen: Overview) -> dict[str, Any]:
    """A publication as `--json` shows it. TikTok's ids are strings: they have 64 bits."""
    publication, attempt = seen.publication, seen.attempt
    return {
        "post_id": seen.post.id,
        "publication_id": publication.id,
        "key": seen.post.client_key,
        "account": f"@{seen.connection.handle}",
        "state": publication.state.value,
        "reason": publication.hold_reason or publication.end_code,
        "detail": publication.detail,
        "publish_at": publication.publish_at,
        "expected_at": publication.expected_at,
        "finished_at": publication.finished_at,
        "caption": seen.post.caption,
        "settings": publication.settings,
        "files": [
            {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes}
            for file in seen.media
        ],
        "size_bytes": size_bytes(seen),
        "uploaded_bytes": uploaded_bytes(seen),
        "attempt": None if attempt is None else attempt.number,
        "publish_id": None if attempt is None else attempt.publish_id,
        "tiktok_post_ids": list(publication.post_ids),
        "url": publication.post_url,
    }


def uploaded_bytes(seen: Overview) -> int:
    """How much of the file TikTok has, as far as it is known."""
    if seen.attempt is None:
        return 0
    if seen.attempt.last_byte_at is not None and seen.publication.state is not State.UPLOADING:
        return size_bytes(seen)
    return min(size_bytes(seen), max(seen.attempt.progress_bytes, seen.attempt.sent_offset))


def size_bytes(seen: Overview) -> int:
    """How large its files are together."""
    return sum(file.size_bytes for file in seen.media)


def files(seen: Overview) -> str:
    """The name of the file, or of the first and how many more."""
    more = f" and {len(seen.media) - 1} more" if len(seen.media) > 1 else ""
    return f"{seen.media[0].name}{more}"


def reason(publication: Publication) -> str:
    """Why it waits or how it ended, in half a sentence; empty when there is nothing to say."""
    held = hold(publication.hold_reason)
    said = publication.detail
    if publication.state is State.FAILED:
        ended = publication.end_code
        return f"{ended}: {said}" if said and ended != said else ended or said
    if held and publication.hold_reason in _TELL_MORE and said:
        return f"{held} ({said})"
    return held or said


def hold(reason: str) -> str:
    """A reason to hold something, in words; itself if there are none for it."""
    return _HOLDS.get(reason, reason)


def expected(publication: Publication) -> str:
    """When it goes on, if it waits."""
    if publication.state is State.SCHEDULED:
        return f"goes out at {when(publication.publish_at)}"
    if publication.state is State.HELD:
        if publication.expected_at is None:
            return "until then it stays held"
        return f"looks again at {when(publication.expected_at)}"
    return ""


def standing(publication: Publication) -> str:
    """State and reason, as far as they do not follow from its time."""
    why = reason(publication)
    return f"{publication.state}{': ' if why else ''}{why}"


def words(publication: Publication) -> str:
    """State, reason and time in a line."""
    more = "; ".join(filter(None, (reason(publication), expected(publication))))
    if publication.state in {State.PUBLISHED, State.DELIVERED}:
        more = publication.post_url
    return f"{publication.state}{': ' if more else ''}{more}"
