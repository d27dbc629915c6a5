"""What an account is connected for: each needs permissions of its own, and is off without them."""

from enum import StrEnum


class Purpose(StrEnum):
    """One thing that can be done for a person."""

    PROFILE = "profile"  # know who it is
    DRAFT = "draft"  # put posts into the inbox, to be finished there
    PUBLISH = "publish"  # post to the profile
    INSIGHTS = "insights"  # read how posts do
