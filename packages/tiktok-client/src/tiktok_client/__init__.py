"""TikTok's official APIs as typed Python, async and sync.

This module is the whole public surface.
"""

from . import limits, webhooks
from ._async.client import AsyncTikTok
from ._async.refreshing import AsyncRefreshingToken
from ._async.slots import AsyncLimiter, AsyncSlotLimiter
from ._async.tokens import TokenFunction, TokenProvider
from ._async.transport import AsyncTransport
from ._operations.chunks import chunk_bytes_for, plan_chunks
from ._operations.oauth import AppKind
from ._source import BinaryFile, ByteSource
from ._sync.client import TikTok
from ._sync.refreshing import RefreshingToken
from ._sync.slots import Limiter, SlotLimiter
from ._sync.tokens import BlockingTokenFunction, BlockingTokenProvider
from ._sync.transport import Transport
from .endpoints import Endpoints
from .errors import (
    Advice,
    APIError,
    AuthError,
    ConnectFailed,
    EventMalformed,
    InvalidRequest,
    MediaRejected,
    OAuthError,
    PostingRefused,
    PostInterrupted,
    RateLimited,
    ResponseError,
    ScopeMissing,
    ServerFault,
    SignatureInvalid,
    SourceError,
    StateMismatch,
    TikTokError,
    TimedOut,
    TokenInvalid,
    TransportError,
    UploadError,
    UploadRefusal,
)
from .models.calls import CallRecord, Unknown
from .models.chunks import Chunk, ChunkPlan
from .models.display import (
    BASIC_FIELDS,
    PROFILE_FIELDS,
    STATS_FIELDS,
    UserField,
    UserInfo,
    Video,
    VideoField,
    VideoPage,
)
from .models.following import PollPlan, PostProgress, PostResult, PostStage
from .models.oauth import AppKeys, AuthorizeRequest, Callback, ClientToken, Scope, TokenGrant
from .models.photos import PhotoDraft, PhotoPost
from .models.posting import (
    ChunkReceipt,
    CreatorInfo,
    FailReason,
    Opened,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    VideoPost,
    VideoUpload,
    utf16_units,
)

__all__ = [
    "BASIC_FIELDS",
    "PROFILE_FIELDS",
    "STATS_FIELDS",
    "APIError",
    "Advice",
    "AppKeys",
    "AppKind",
    "AsyncLimiter",
    "AsyncRefreshingToken",
    "AsyncSlotLimiter",
    "AsyncTikTok",
    "AsyncTransport",
    "AuthError",
    "AuthorizeRequest",
    "BinaryFile",
    "BlockingTokenFunction",
    "BlockingTokenProvider",
    "ByteSource",
    "CallRecord",
    "Callback",
    "Chunk",
    "ChunkPlan",
    "ChunkReceipt",
    "ClientToken",
    "ConnectFailed",
    "CreatorInfo",
    "Endpoints",
    "EventMalformed",
    "FailReason",
    "InvalidRequest",
    "Limiter",
    "MediaRejected",
    "OAuthError",
    "Opened",
    "PhotoDraft",
    "PhotoPost",
    "PollPlan",
    "PostInterrupted",
    "PostProgress",
    "PostResult",
    "PostStage",
    "PostingRefused",
    "PrivacyLevel",
    "PublishState",
    "PublishStatus",
    "RateLimited",
    "RefreshingToken",
    "ResponseError",
    "Scope",
    "ScopeMissing",
    "ServerFault",
    "SignatureInvalid",
    "SlotLimiter",
    "SourceError",
    "StateMismatch",
    "TikTok",
    "TikTokError",
    "TimedOut",
    "TokenFunction",
    "TokenGrant",
    "TokenInvalid",
    "TokenProvider",
    "Transport",
    "TransportError",
    "Unknown",
    "UploadError",
    "UploadRefusal",
    "UserField",
    "UserInfo",
    "Video",
    "VideoField",
    "VideoPage",
    "VideoPost",
    "VideoUpload",
    "chunk_bytes_for",
    "limits",
    "plan_chunks",
    "utf16_units",
    "webhooks",
]
