"""What TikTok's endpoints take, as JSON Schema. Loose on purpose: the emulator judges, not this."""

from tiktok_emulator.operations import Operation

Schema = dict[str, object]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}


def record(*required: str, **properties: Schema) -> Schema:
    """An object; unknown fields are ignored by TikTok."""
    return {"type": "object", "properties": properties, "required": list(required)}


def one_of(*values: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(values)}


def many(of: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": of}


PRIVACY = one_of("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY")
VIDEO_SOURCE = record(
    "source",
    source=one_of("FILE_UPLOAD", "PULL_FROM_URL"),
    video_url=TEXT,
    video_size=COUNT,
    chunk_size=COUNT,
    total_chunk_count=COUNT,
)
BODIES: dict[Operation, Schema] = {
    Operation.CREATOR_INFO: record(),
    Operation.INIT: record(
        "post_info",
        "source_info",
        post_info=record(
            "privacy_level",
            privacy_level=PRIVACY,
            title=TEXT,
            disable_duet=FLAG,
            disable_stitch=FLAG,
            disable_comment=FLAG,
            video_cover_timestamp_ms={"type": "integer"},
            brand_content_toggle=FLAG,
            brand_organic_toggle=FLAG,
            is_aigc=FLAG,
        ),
        source_info=VIDEO_SOURCE,
    ),
    Operation.INBOX_INIT: record("source_info", source_info=VIDEO_SOURCE),
    Operation.PHOTO_INIT: record(
        "media_type",
        "post_mode",
        "post_info",
        "source_info",
        media_type=one_of("PHOTO"),
        post_mode=one_of("DIRECT_POST", "MEDIA_UPLOAD"),
        is_aigc=FLAG,
        post_info=record(
            title=TEXT,
            description=TEXT,
            privacy_level=PRIVACY,
            disable_comment=FLAG,
            auto_add_music=FLAG,
            brand_content_toggle=FLAG,
            brand_organic_toggle=FLAG,
        ),
        source_info=record(
            "source",
            "photo_images",
            source=one_of("PULL_FROM_URL"),
            photo_images=many(TEXT),
            photo_cover_index={"type": "integer"},
        ),
    ),
    Operation.STATUS: record("publish_id", publish_id=TEXT),
    Operation.CANCEL: record("publish_id", publish_id=TEXT),
    Operation.VIDEO_LIST: record(cursor={"type": "integer"}, max_count={"type": "integer"}),
    Operation.VIDEO_QUERY: record("filters", filters=record(video_ids=many(TEXT))),
}
CLIENT: dict[str, Schema] = {"client_key": TEXT, "client_secret": TEXT}
FORMS: dict[Operation, Schema] = {
    Operation.TOKEN: record(
        "client_key",
        "client_secret",
        "grant_type",
        grant_type=one_of("authorization_code", "refresh_token", "client_credentials"),
        code=TEXT,
        redirect_uri=TEXT,
        code_verifier=TEXT,
        refresh_token=TEXT,
        **CLIENT,
    ),
    Operation.REVOKE: record("client_key", "client_secret", "token", token=TEXT, **CLIENT),
}
# Query parameters, with whether they are required.
QUERIES: dict[Operation, dict[str, bool]] = {
    Operation.AUTHORIZE: {
        "client_key": True,
        "response_type": True,
        "scope": True,
        "redirect_uri": True,
        "state": True,
        "code_challenge": False,
        "code_challenge_method": False,
        "disable_auto_auth": False,
    },
    Operation.UPLOAD: {"upload_id": True, "upload_token": True},
    Operation.USER_INFO: {"fields": True},
    Operation.VIDEO_LIST: {"fields": False},
    Operation.VIDEO_QUERY: {"fields": True},
}
