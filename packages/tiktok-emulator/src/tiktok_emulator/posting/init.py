"""What the bodies of the video inits must be, as functions without state."""

from collections.abc import Mapping
from typing import cast

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.posting.state import ChunkPlan, PostInfo, Privacy
from tiktok_emulator.pull.address import Address, read_address
from tiktok_emulator.settings import Settings

POST_INFO_TEXT = "The request post info is empty or incorrect"
SOURCE_INFO_TEXT = "The request source info is empty or incorrect"
CHUNK_SIZE_TEXT = "The chunk size is invalid"
CHUNK_COUNT_TEXT = "The total chunk count is invalid"
GUIDELINES_TEXT = (
    "Please review our integration guidelines at "
    "https://developers.tiktok.com/doc/content-sharing-guidelines/"
)
LONGEST_TITLE = 2_200
MOST_CHUNKS = 1_000
INT32 = range(-(2**31), 2**31)
INT64_MAX = 2**63 - 1


def utf16_units(text: str) -> int:
    """The length TikTok counts: many emoji are 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_post_info(body: Mapping[str, object], settings: Settings) -> PostInfo:
    """The `post_info` of an init; unknown fields are ignored.

    Raises:
        PostingRefusal: 400.

    spec: posting.init.unknown-fields
    Source: direct post page, 2026-09-11; texts observed 2026.
    """
    info = read_post_object(body, settings, rule="posting.init")
    brand_content = read_flag(info, "brand_content_toggle", "posting.init.brand-content", settings)
    privacy = read_privacy(info, "posting.init.privacy-level", settings)
    check_brand(privacy, settings, is_brand_content=brand_content)
    return PostInfo(
        privacy=privacy,
        title=read_text(info, "title", LONGEST_TITLE, "posting.init.title", settings),
        disable_comment=read_flag(
            info, "disable_comment", "posting.init.disable-comment", settings
        ),
        disable_duet=read_flag(info, "disable_duet", "posting.init.disable-duet", settings),
        disable_stitch=read_flag(info, "disable_stitch", "posting.init.disable-stitch", settings),
        cover_timestamp_ms=_cover(info, settings),
        brand_content=brand_content,
        brand_organic=read_flag(
            info, "brand_organic_toggle", "posting.init.brand-organic", settings
        ),
        is_aigc=read_flag(info, "is_aigc", "posting.init.is-aigc", settings),
    )


def read_post_object(
    body: Mapping[str, object], settings: Settings, *, rule: str
) -> Mapping[str, object]:
    """The `post_info` as it is.

    Raises:
        PostingRefusal: 400, missing or no object.
    """
    info = read_object(body, "post_info")
    if info is None:
        why = "post_info is missing or not an object."
        raise bad_param(settings, POST_INFO_TEXT, rule=rule, why=why)
    return info


def read_privacy(info: Mapping[str, object], rule: str, settings: Settings) -> str:
    """The privacy level, "" if missing; whether it is on offer is judged elsewhere.

    Raises:
        PostingRefusal: 400, no string.
    """
    privacy = info.get("privacy_level")
    if privacy is None:
        return ""
    if not isinstance(privacy, str):
        raise _wrong_type("privacy_level", "a string", rule, settings)
    return privacy


def check_brand(privacy: str, settings: Settings, *, is_brand_content: bool) -> None:
    """That branded content is not for oneself only.

    Raises:
        PostingRefusal: 400, unless a switch lets it through.
    """
    is_private = is_brand_content and privacy == Privacy.SELF.value
    if is_private and settings.brand_content_private == "refuse":
        raise bad_param(
            settings,
            POST_INFO_TEXT,
            rule="posting.init.brand-content-private",
            why="branded content cannot be SELF_ONLY; choose public or friends, or turn "
            "brand_content_toggle off.",
        )


def read_text(
    info: Mapping[str, object], name: str, longest: int, rule: str, settings: Settings
) -> str:
    """A text of at most `longest` UTF-16 units, "" if missing; `rule`-length is its limit.

    Raises:
        PostingRefusal: 400.

    spec: posting.init.title-length, photo.init.title-length, photo.init.description-length
    """
    text = info.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise _wrong_type(name, "a string", rule, settings)
    if not text.isprintable() and any("\ud800" <= each <= "\udfff" for each in text):
        raise _wrong_type(name, "whole characters, no half pair", rule, settings)
    units = utf16_units(text)
    if units > longest:
        raise bad_param(
            settings,
            POST_INFO_TEXT,
            rule=f"{rule}-length",
            why=f"{name} has {units} UTF-16 units, {longest} are allowed; many emoji count 2.",
        )
    return text


def read_flag(info: Mapping[str, object], name: str, rule: str, settings: Settings) -> bool:
    """True or false, false if missing.

    Raises:
        PostingRefusal: 400, anything else.
    """
    value = info.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _wrong_type(name, "true or false", rule, settings)
    return value


def _cover(info: Mapping[str, object], settings: Settings) -> int | None:
    value = info.get("video_cover_timestamp_ms")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value not in INT32:
        raise _wrong_type(
            "video_cover_timestamp_ms", "an int32", "posting.init.cover-timestamp", settings
        )
    return value


def _wrong_type(name: str, wanted: str, rule: str, settings: Settings) -> PostingRefusal:
    return bad_param(settings, POST_INFO_TEXT, rule=rule, why=f"{name} must be {wanted}.")


def read_source(body: Mapping[str, object], settings: Settings) -> ChunkPlan | Address:
    """The `source_info` of a video: a plan that holds, or the address to pull from.

    Whether the app may name the address is judged elsewhere.

    Raises:
        PostingRefusal: 400.

    Source: media transfer guide and direct post page, 2026-09-11; texts observed 2026.
    """
    source = read_object(body, "source_info")
    kind = source.get("source") if source else None
    if source is None or kind not in ("FILE_UPLOAD", "PULL_FROM_URL"):
        raise bad_param(
            settings,
            SOURCE_INFO_TEXT,
            rule="posting.init.source",
            why="source_info.source must be FILE_UPLOAD or PULL_FROM_URL.",
        )
    if kind == "PULL_FROM_URL":
        address = read_address(source.get("video_url"))
        if address is None:
            raise bad_param(
                settings,
                SOURCE_INFO_TEXT,
                rule="pull.init.video-url",
                why="video_url is missing or no http(s) URL of at most 2048 characters.",
            )
        return address
    plan = ChunkPlan(
        size_bytes=_count_of(source, "video_size", "posting.init.video-size", settings),
        chunk_bytes=_count_of(source, "chunk_size", "posting.init.chunk-size", settings),
        count=_count_of(source, "total_chunk_count", "posting.init.total-chunk-count", settings),
    )
    check_plan(plan, settings)
    return plan


def _count_of(source: Mapping[str, object], name: str, rule: str, settings: Settings) -> int:
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= INT64_MAX:
        raise bad_param(
            settings, SOURCE_INFO_TEXT, rule=rule, why=f"{name} must be a positive int64."
        )
    return value


def check_plan(plan: ChunkPlan, settings: Settings) -> None:
    """Whether the announced chunks are ones that TikTok accepts.

    Raises:
        PostingRefusal: 400, with the text seen live for the first rule that is broken.

    spec: media.video.size
    Source: media transfer guide, 2026-09-11; single-chunk rule observed since 2026-08-12.
    """
    if plan.size_bytes > settings.max_video_bytes:
        raise bad_param(
            settings,
            SOURCE_INFO_TEXT,
            rule="posting.init.size-limit",
            why=f"video_size is {plan.size_bytes}, at most {settings.max_video_bytes} bytes are "
            "allowed.",
        )
    if plan.count == 1:
        _check_single(plan, settings)
    else:
        _check_count(plan, settings)
        _check_range(plan, settings)


def _check_count(plan: ChunkPlan, settings: Settings) -> None:
    floor = plan.size_bytes // plan.chunk_bytes
    if plan.count != floor:
        raise bad_param(
            settings,
            CHUNK_COUNT_TEXT,
            rule="posting.init.chunk-count",
            why=f"total_chunk_count is {plan.count} but floor({plan.size_bytes} / "
            f"{plan.chunk_bytes}) is {floor}; the last chunk takes the rest.",
        )
    if plan.count > MOST_CHUNKS:
        raise bad_param(
            settings,
            CHUNK_COUNT_TEXT,
            rule="posting.init.max-chunks",
            why=f"{plan.count} chunks, at most {MOST_CHUNKS} are allowed.",
        )


def _check_range(plan: ChunkPlan, settings: Settings) -> None:
    smallest, largest = settings.min_chunk_bytes, settings.max_chunk_bytes
    last = plan.size_bytes - plan.chunk_bytes * (plan.count - 1)
    if not smallest <= plan.chunk_bytes <= largest or last > settings.max_last_chunk_bytes:
        raise bad_param(
            settings,
            CHUNK_SIZE_TEXT,
            rule="posting.init.chunk-range",
            why=f"chunk_size is {plan.chunk_bytes}; {smallest} to {largest} bytes are allowed, "
            f"{settings.max_last_chunk_bytes} for the last.",
        )


def _check_single(plan: ChunkPlan, settings: Settings) -> None:
    if plan.chunk_bytes == plan.size_bytes <= settings.max_chunk_bytes:
        return
    why = (
        f"one chunk of {plan.size_bytes} bytes; more than {settings.max_chunk_bytes} need several."
        if plan.chunk_bytes == plan.size_bytes
        else f"with one chunk chunk_size ({plan.chunk_bytes}) must equal video_size "
        f"({plan.size_bytes})."
    )
    raise bad_param(settings, CHUNK_SIZE_TEXT, rule="posting.init.single-chunk", why=why)


def bad_param(settings: Settings, message: str, *, rule: str, why: str) -> PostingRefusal:
    """A 400 in the spelling of the settings.

    spec: error.invalid_params, error.invalid_param
    """
    return PostingRefusal(400, settings.param_error_code, message, rule=rule, why=why)


def read_object(body: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    """The object under this name, or None."""
    value = body.get(name)
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else None
