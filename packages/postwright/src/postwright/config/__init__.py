"""The one place where settings are read: `POSTWRIGHT_*` variables into one frozen object.

Built in composition roots (`cli`, `worker`) and passed down. Every secret can be given as a file
instead, by the same name with `_FILE` at its end.
"""

from postwright.config.groups import (
    AlertSettings,
    ApiSettings,
    MediaSettings,
    PublishingSettings,
    TikTokSettings,
    WebSettings,
    WorkerSettings,
    webhook_key,
)
from postwright.config.settings import Settings, load, read_secret

__all__ = [
    "AlertSettings",
    "ApiSettings",
    "MediaSettings",
    "PublishingSettings",
    "Settings",
    "TikTokSettings",
    "WebSettings",
    "WorkerSettings",
    "load",
    "read_secret",
    "webhook_key",
]
