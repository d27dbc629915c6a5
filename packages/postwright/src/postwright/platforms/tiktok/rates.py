"""How often TikTok may be asked for one account, and how much may be posted in a day.

The numbers are those of spec/tiktok/limits.yaml. Each kind of call has a window of its own, which
slides over 60 s; photos and drafts of photos share one.
"""

from typing import assert_never

from postwright.platforms.base import Asking, Caps, Limit
from postwright.platforms.content import Kind, Mode

CREATOR_INFO = Limit("creator_info", 20)
VIDEO_INIT = Limit("video.init", 6)
INBOX_INIT = Limit("inbox.video.init", 6)
PHOTO_INIT = Limit("photo.init", 6)
STATUS = Limit("status", 30)
# TikTok limits cancellations too, and says nowhere how; spec/tiktok/ assumes this.
CANCEL = Limit("cancel", 30)
CAPS = Caps(
    posts=15,
    drafts=5,
    unaudited_creators=5,
    unaudited_code="unaudited_client_can_only_post_to_private_accounts",
)


def limit_of(asking: Asking, kind: Kind, mode: Mode) -> Limit | None:
    """The limit of a call; None for one that is not made at all."""
    match asking:
        case Asking.CREATOR:
            return None if mode is Mode.DRAFT else CREATOR_INFO
        case Asking.OPEN if kind is Kind.PHOTO:
            return PHOTO_INIT
        case Asking.OPEN:
            return INBOX_INIT if mode is Mode.DRAFT else VIDEO_INIT
        case Asking.STATUS:
            return STATUS
        case Asking.CANCEL:
            return CANCEL
        case _:
            assert_never(asking)
