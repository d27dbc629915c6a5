"""TikTok's scopes, by what they are good for."""

from typing import assert_never

from postwright.platforms.purpose import Purpose


def scopes_for(purpose: Purpose) -> frozenset[str]:
    """What has to be granted for a purpose. Everything else may be refused.

    Source: scopes and scopes-overview pages, 2026.
    """
    match purpose:
        case Purpose.PROFILE:
            return frozenset({"user.info.basic"})
        case Purpose.DRAFT:
            return frozenset({"video.upload"})
        case Purpose.PUBLISH:
            return frozenset({"video.publish"})
        case Purpose.INSIGHTS:
            return frozenset({"user.info.stats", "video.list"})
        case _:
            assert_never(purpose)
