"""Connecting accounts, on the wire."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from postwright.api.wire.base import At, Out, example


class Platform(StrEnum):
    """A network whose accounts can be connected."""

    TIKTOK = "tiktok"


class ConnectUrl(Out):
    """Where to send the person who owns the account."""

    model_config = ConfigDict(
        json_schema_extra=example(
            authUrl="https://www.tiktok.com/v2/auth/authorize/?client_key=aw1234&state=…",
            state="bQ0k2vJ3n5…",
            expiresAt="2026-11-21T10:30:00.000Z",
            redirectUri="https://media.example.com/v1/connect/tiktok/callback",
        )
    )

    auth_url: str = Field(description="The network's consent page: open it in a browser.")
    state: str = Field(
        description="What the browser brings back, as a part of `authUrl`. Good once, until "
        "`expiresAt`, and only while the API key is good that asked for it."
    )
    expires_at: At = Field(description="Until when the browser has to be back.")
    redirect_uri: str = Field(
        description="Where the network sends the browser: it has to be registered there, letter "
        "by letter."
    )
