"""Every rule that a post to TikTok is checked against, as data: findings are made from it.

Rules with ids of spec/tiktok/ are TikTok's; those that begin with `preflight.` are ours.
"""

from dataclasses import dataclass
from typing import Final, Literal

from postwright.media.findings import Finding, Kind
from postwright.platforms.tiktok.limits import (
    CAPTION_UNITS,
    CODECS,
    CONTAINERS,
    DRAFT_DURATION_S,
    FPS,
    MIN_DURATION_S,
    NOTED_MBIT_PER_S,
    PHOTO_BYTES,
    PHOTO_COUNT,
    PHOTO_DESCRIPTION_UNITS,
    PHOTO_FORMATS,
    PHOTO_SHORT_SIDE,
    PHOTO_TITLE_UNITS,
    SIDES,
    SIZE_BYTES,
    UPLOAD_WINDOW_S,
)

About = Literal["video", "photo", "files", "post"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: of its row in spec/tiktok/, or of our own.
        about: what it looks at.
        kind: of its findings; a length that may be cut becomes fixable.
        says: what it wants, in a sentence.
        limit: what is allowed, with its unit; None where it depends on the creator or the file.
        is_mended: whether `--fix` mends it; all that is fixable is, and some advice.
    """

    id: str
    about: About
    kind: Kind
    says: str
    limit: str | None = None
    is_mended: bool = False


def _fixable(id_: str, about: About, says: str, limit: str | None = None) -> Rule:
    return Rule(id_, about, "fixable", says, limit, is_mended=True)


_VIDEO = (
    _fixable(
        "media.video.formats", "video", "The container is one of three.", ", ".join(CONTAINERS)
    ),
    _fixable(
        "media.video.codecs", "video", "The pictures are in one of four codecs.", ", ".join(CODECS)
    ),
    _fixable("media.video.fps", "video", "Pictures per second.", f"{FPS[0]} to {FPS[1]} fps"),
    _fixable(
        "preflight.video.variable-fps",
        "video",
        "Pictures come at even distances: of screen recordings, TikTok refuses some that do not.",
    ),
    _fixable(
        "media.video.sides",
        "video",
        "Size of the picture.",
        f"each side {SIDES[0]} to {SIDES[1]} pixels",
    ),
    _fixable(
        "preflight.video.odd-sides",
        "video",
        "Sides are even numbers; most players cannot show others.",
        "even numbers",
    ),
    _fixable(
        "preflight.video.pixels",
        "video",
        "Colours are stored as all players can show them, unless it is HDR.",
        "4:2:0 with 8 bits",
    ),
    _fixable("media.video.size", "video", "Size of the file.", f"{SIZE_BYTES:,} bytes (4 GB)"),
    Rule(
        "media.video.duration",
        "video",
        "error",
        "No longer than TikTok lets this creator post; cut with --fix --trim.",
    ),
    Rule(
        "inbox.video.init.duration",
        "video",
        "error",
        "No longer than TikTok takes for a draft.",
        f"at most {DRAFT_DURATION_S:g} s",
    ),
    Rule(
        "preflight.video.shortest",
        "video",
        "error",
        "Not too short; POSTWRIGHT_MEDIA__MIN_DURATION_S says how short.",
        f"at least {MIN_DURATION_S:g} s",
    ),
    Rule(
        "preflight.video.window",
        "video",
        "advice",
        f"An upload has {UPLOAD_WINDOW_S // 3600} hour; noted from {NOTED_MBIT_PER_S:g} Mbit/s.",
    ),
    Rule("preflight.video.shape", "video", "advice", "It fills a phone's screen.", "9:16"),
    Rule("preflight.video.silent", "video", "advice", "It has sound."),
    Rule(
        "preflight.video.rotation",
        "video",
        "advice",
        "It is stored upright, and not turned by a note in the file.",
        is_mended=True,
    ),
    Rule(
        "preflight.video.pixel-shape",
        "video",
        "advice",
        "Its pixels are square: not every player heeds a note that they are wider or higher.",
        is_mended=True,
    ),
    Rule(
        "preflight.video.hdr",
        "video",
        "advice",
        "It is in standard range (SDR).",
        is_mended=True,
    ),
    Rule(
        "preflight.video.sound",
        "video",
        "advice",
        "Its sound is in a codec, and on as many channels, as every phone plays.",
        "AAC, MP3, Opus or Vorbis; 2 channels",
        is_mended=True,
    ),
)
_PHOTO = (
    _fixable("media.photo.formats", "photo", "The format is one of two.", ", ".join(PHOTO_FORMATS)),
    _fixable(
        "media.photo.short-side",
        "photo",
        "The shorter side; TikTok does not scale photos down.",
        f"{PHOTO_SHORT_SIDE:,} pixels",
    ),
    _fixable("media.photo.size", "photo", "Size of the file.", f"{PHOTO_BYTES:,} bytes (20 MB)"),
    _fixable(
        "preflight.photo.orientation",
        "photo",
        "It is stored upright, and not turned by its EXIF data.",
    ),
    _fixable("preflight.photo.colours", "photo", "Its colours are for screens.", "RGB or grey"),
    Rule("preflight.photo.animated", "photo", "error", "It stands still."),
    Rule("preflight.photo.alpha", "photo", "advice", "Nothing in it is transparent."),
    Rule("preflight.photo.hdr", "photo", "advice", "It has no gain map for HDR screens."),
    Rule("preflight.photo.shape", "photo", "advice", "It is not wider than high."),
)
_FILES = (
    Rule("preflight.files.unreadable", "files", "error", "Every file can be read to its end."),
    Rule(
        "preflight.files.unmendable",
        "files",
        "error",
        "What has to be mended can be: it is not damaged inside, and takes no more than it should.",
    ),
    Rule("preflight.files.mixed", "files", "error", "A post has photos or a video, not both."),
    Rule("preflight.files.one-video", "files", "error", "A post has one video.", "1 video"),
    Rule(
        "photo.init.photo-count",
        "files",
        "error",
        "How many photos a post has.",
        f"{PHOTO_COUNT[0]} to {PHOTO_COUNT[1]} photos",
    ),
)
_POST = (
    Rule(
        "preflight.post.settings",
        "post",
        "error",
        "Settings are those that TikTok has, each with a value of its kind.",
    ),
    Rule(
        "preflight.post.consent",
        "post",
        "error",
        "Over the API: its sender says that a person has seen the post, and wants it posted.",
    ),
    Rule(
        "posting.init.title-length",
        "post",
        "error",
        "Length of a video's caption.",
        f"{CAPTION_UNITS:,} UTF-16 units",
    ),
    Rule(
        "photo.init.title-length",
        "post",
        "error",
        "Length of a photo post's title.",
        f"{PHOTO_TITLE_UNITS:,} UTF-16 units",
    ),
    Rule(
        "photo.init.description-length",
        "post",
        "error",
        "Length of a photo post's caption.",
        f"{PHOTO_DESCRIPTION_UNITS:,} UTF-16 units",
    ),
    Rule("preflight.caption.link", "post", "advice", "No links in texts: nobody can click them."),
    Rule(
        "posting.init.privacy-mismatch",
        "post",
        "error",
        "The privacy is one that TikTok offers this creator.",
    ),
    Rule(
        "posting.init.brand-content-private",
        "post",
        "error",
        "Branded content is visible to others.",
    ),
    *(
        Rule(
            f"posting.creator-info.{name}-disabled",
            "post",
            "error",
            f"The creator's own settings let others {what}.",
        )
        for name, what in (("comment", "comment"), ("duet", "make duets"), ("stitch", "stitch"))
    ),
    Rule(
        "posting.init.unaudited-public",
        "post",
        "error",
        "An app that TikTok has not audited posts videos to private accounts only.",
    ),
    Rule(
        "photo.init.unaudited-public",
        "post",
        "error",
        "An app that TikTok has not audited posts photos to private accounts only.",
    ),
    Rule("posting.init.cover-timestamp", "post", "error", "The cover is a picture of the video."),
    Rule("photo.init.cover-index-range", "post", "error", "The cover is one of the photos."),
)

_OF_ONE_FILE = {"preflight.files.unreadable", "preflight.files.unmendable"}
RULES: Final = {rule.id: rule for rule in (*_VIDEO, *_PHOTO, *_FILES, *_POST)}


def found(
    rule_id: str,
    where: str,
    says: str,
    *,
    measured: str | None = None,
    limit: str | None = None,
    fix: str,
    kind: Kind | None = None,
) -> Finding:
    """A finding of a rule; its limit is the rule's unless another one is given."""
    rule = RULES[rule_id]
    return Finding(
        kind or rule.kind,
        rule_id,
        where,
        says,
        measured=measured,
        limit=limit or rule.limit,
        fix=fix,
        file=where if rule.about in {"video", "photo"} or rule.id in _OF_ONE_FILE else None,
    )
