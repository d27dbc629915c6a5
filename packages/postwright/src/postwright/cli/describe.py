"""How a publication stands, as JSON and in words."""

from typing import Any, Final

from postwright.cli import holds
from postwright.cli.printing import when
from postwright.errors import Advice
from postwright.platforms.content import Kind, Mode, Source
from postwright.platforms.tiktok.words import WORDS
from postwright.publishing.attempt import NETWORK
from postwright.publishing.models import Publication
from postwright.publishing.queries import Overview
from postwright.publishing.reasons import REASONS, advice_of, explained
from postwright.publishing.states import State, Visibility

_SIGHT: Final = {
    Visibility.UNKNOWN: "",
    Visibility.RESTRICTED: "those whom its privacy lets see it",
    Visibility.PENDING: "everyone soon: TikTok looks at it, and gives the link then",
    Visibility.PUBLIC: "everyone",
    Visibility.MISSING: "nobody knows: TikTok has given no link in 24 hours. Look in its app "
    "whether it was restricted",
    Visibility.WITHDRAWN: "not everyone any more: its owner or TikTok has hidden it",
}
_STEPS: Final = {
    Advice.RETRY: "postwright retry {id}",
    Advice.WAIT: "postwright retry {id} --at +1d",
    Advice.FIX: "if it is for its text, postwright edit {id}, then postwright retry {id}; "
    "if it is for a file, publish the mended one anew",
    Advice.RECONNECT: "postwright accounts reconnect {account}, then postwright retry {id}",
    Advice.GIVE_UP: "nothing would help but another post",
    Advice.ASK_STATUS: "look at the account in TikTok's app before anything is posted again",
}


def facts(seen: Overview) -> dict[str, Any]:
    """A publication as `--json` shows it. TikTok's ids are strings: they have 64 bits."""
    publication, attempt = seen.publication, seen.attempt
    return {
        "post_id": seen.post.id,
        "publication_id": publication.id,
        "key": seen.post.client_key,
        "account": f"@{seen.connection.handle}",
        "kind": publication.kind.value,
        "mode": publication.mode.value,
        "source": source(seen).value,
        "state": publication.state.value,
        "reason": publication.hold_reason or publication.end_code,
        "detail": publication.detail,
        "says": words(publication),
        "advice": advice_of(publication, WORDS.get),
        "to_do": to_do(seen),
        "publish_at": publication.publish_at,
        "timezone": publication.timezone,
        "if_missed": publication.if_missed,
        "expected_at": publication.expected_at,
        "finished_at": publication.finished_at,
        "cancel_requested_at": publication.cancel_requested_at,
        "caption": publication.caption,
        "settings": publication.settings,
        "settings_report": publication.report,
        "content_version": publication.content_version,
        "files": [
            {
                "media_id": file.id,
                "name": file.name,
                "sha256": file.sha256,
                "size_bytes": file.size_bytes,
            }
            for file in seen.media
        ],
        "size_bytes": size_bytes(seen),
        "uploaded_bytes": uploaded_bytes(seen),
        "attempt": None if attempt is None else attempt.number,
        "publish_id": None if attempt is None else attempt.publish_id,
        "visibility": publication.visibility.value,
        "tiktok_post_ids": list(publication.post_ids),
        "url": publication.post_url,
        "urls": links(publication),
    }


def source(seen: Overview) -> Source:
    """How TikTok gets the files; photos it always fetches."""
    return Source.PULL if seen.publication.kind == Kind.PHOTO.value else seen.publication.source


def links(publication: Publication) -> list[str]:
    """Where people see what came of it; a draft may have given several posts."""
    ids, first = publication.post_ids, publication.post_url
    if not ids or not first.endswith(f"/{ids[0]}"):
        return [first] if first else []
    return [f"{first.removesuffix(ids[0])}{each}" for each in ids]


def uploaded_bytes(seen: Overview) -> int:
    """How much of it TikTok has, as far as it is known."""
    attempt, state = seen.attempt, seen.publication.state
    if attempt is None:
        return 0
    has_all = state in {State.PUBLISHED, State.DELIVERED}
    if source(seen) is Source.UPLOAD and attempt.last_byte_at is not None:
        has_all = has_all or state is not State.UPLOADING
    if has_all:
        return size_bytes(seen)
    return min(size_bytes(seen), max(attempt.progress_bytes, attempt.sent_offset))


def size_bytes(seen: Overview) -> int:
    """How large its files are together."""
    return sum(file.size_bytes for file in seen.media)


def files(seen: Overview) -> str:
    """The name of the file, or of the first and how many more."""
    names = [file.name for file in seen.media]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0] if names else 'nothing'}{more}"


def what(seen: Overview) -> str:
    """What it is, in a few words."""
    count = len(seen.media)
    kind = "a video" if seen.publication.kind != Kind.PHOTO.value else "a photo"
    kind = f"{count} photos" if count > 1 else kind
    return f"{kind} as a draft" if seen.publication.mode is Mode.DRAFT else kind


def reason(publication: Publication) -> str:
    """Why it waits or how it ended, in half a sentence; empty when there is nothing to say."""
    said = publication.detail
    if publication.state in {State.FAILED, State.CANCELLED}:
        return _ended(publication)
    held = hold(publication.hold_reason)
    if held and said and publication.hold_reason in holds.TELL_MORE:
        return f"{held} ({said})"
    return held or said


def _ended(publication: Publication) -> str:
    """In words, with the code that a search or a report needs."""
    code, said = publication.end_code, publication.detail
    if not said and code:
        known = WORDS.get(code)
        said = hold(code) if known is None else known.says
    if not code or said == code:
        return said
    return f"{said} [{code}]"


def hold(reason: str) -> str:
    """A reason to hold something, in words; itself if there are none for it."""
    known = REASONS.get(reason)
    return reason if known is None else known.says.replace(NETWORK, "TikTok")


def sight(publication: Publication) -> str:
    """Who can see it; empty if it is not out."""
    return _SIGHT[publication.visibility]


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
    match publication.state:
        case State.PUBLISHED:
            more = publication.post_url
        case State.DELIVERED:
            more = "open TikTok's inbox on the phone to finish it"
        case State.UNCONFIRMED:
            more = "; ".join(filter(None, (reason(publication), "it may be out, or not")))
        case State.CANCELLED:
            more = reason(publication) or "nothing of it was posted"
        case _:
            more = "; ".join(filter(None, (reason(publication), expected(publication))))
    return f"{publication.state}{': ' if more else ''}{more}"


def to_do(seen: Overview) -> str:
    """What a person can do about it; empty if nothing has to be done."""
    publication, post_id = seen.publication, seen.post.id
    account = f"@{seen.connection.handle}"
    match publication.state:
        case State.HELD:
            return holds.STEPS.get(publication.hold_reason, "").format(id=post_id, account=account)
        case State.UNCONFIRMED:
            look = "look in TikTok's app, then say what you have found"
            return f"{look}: postwright reconcile {post_id}"
        case State.FAILED:
            known = explained(publication.end_code, WORDS.get)
            step = holds.MENDS.get(publication.end_code) or _STEPS[known.advice]
            return step.format(id=post_id, account=account)
        case _:
            return ""
