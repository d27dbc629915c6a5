"""Which fields may be asked for, and which scope opens them."""

from collections.abc import Mapping

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.journal import Note
from tiktok_emulator.settings import Settings

BASIC, PROFILE, STATS = "user.info.basic", "user.info.profile", "user.info.stats"
VIDEOS = "video.list"

# Source: get user info page, 2026.
USER_FIELDS: Mapping[str, str] = {
    "open_id": BASIC,
    "union_id": BASIC,
    "avatar_url": BASIC,
    "avatar_url_100": BASIC,
    "avatar_large_url": BASIC,
    "display_name": BASIC,
    "bio_description": PROFILE,
    "profile_deep_link": PROFILE,
    "is_verified": PROFILE,
    "username": PROFILE,
    "follower_count": STATS,
    "following_count": STATS,
    "likes_count": STATS,
    "video_count": STATS,
}
# Source: video object page, 2026.
VIDEO_FIELDS: Mapping[str, str] = dict.fromkeys(
    (
        "id",
        "create_time",
        "cover_image_url",
        "share_url",
        "video_description",
        "duration",
        "height",
        "width",
        "title",
        "embed_html",
        "embed_link",
        "like_count",
        "comment_count",
        "share_count",
        "view_count",
    ),
    VIDEOS,
)


def bad_params(rule: str, why: str) -> PostingRefusal:
    """A 400 of Display.

    Source: v2 error handling page, 2026.
    """
    return PostingRefusal(
        400, "invalid_params", "The request parameters are invalid.", rule=rule, why=why
    )


def asked_fields(
    text: str, known: Mapping[str, str], settings: Settings, note: Note, *, rule: str
) -> tuple[str, ...]:
    """The fields of the `fields` parameter: separated by commas, each once, in their order.

    A name that TikTok does not have is left out, which the log says, or refused: a switch.

    Raises:
        PostingRefusal: 400, nothing known is asked for, or by the switch something unknown.

    Source: get user info and query videos pages, 2026; the reaction to unknown names is assumed.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    foreign = [name for name in names if name not in known]
    fields = tuple(name for name in names if name in known)
    if not fields or (foreign and settings.display_unknown_fields == "refuse"):
        raise bad_params(
            "display.unknown-fields" if foreign else rule,
            (
                f"fields has {', '.join(foreign)}, which TikTok does not have"
                if foreign
                else "the query parameter fields is missing"
            )
            + f"; possible are {', '.join(known)}.",
        )
    if foreign:
        note.why = f"fields that TikTok does not have were left out: {', '.join(foreign)}."
    return fields


def check_scopes(fields: tuple[str, ...], scopes: tuple[str, ...], settings: Settings) -> None:
    """That the token's scopes open every field of user/info that was asked for.

    Raises:
        PostingRefusal: 400 scope_permission_missed, or by a switch 401 scope_not_authorized.

    spec: error.scope_permission_missed, display.user-info.basic-fields
    spec: display.user-info.profile-fields, display.user-info.stats-fields
    Source: v2 error handling page, 2026; which of the two codes is meant here is assumed.
    """
    missing = {USER_FIELDS[name] for name in fields} - set(scopes)
    if not missing:
        return
    shut = [name for name in fields if USER_FIELDS[name] in missing]
    code = settings.display_missing_scope
    raise PostingRefusal(
        400 if code == "scope_permission_missed" else 401,
        code,
        "Access token is invalid, some fields need additional scopes."
        if code == "scope_permission_missed"
        else "The user did not authorize the scope required for completing this request.",
        rule="display.user-info.scope-missing",
        why=f"{', '.join(shut)} need {' and '.join(sorted(missing))}; the token has "
        f"{', '.join(scopes)}. Ask for less, or have the person consent to more.",
    )
