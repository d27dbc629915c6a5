"""Someone else's client for the same wire, as it is published: what tests use of it."""

from late import (  # pyright: ignore[reportMissingTypeStubs]  # it has types and does not say so
    LateAPIError,
    LateAuthenticationError,
    LateForbiddenError,
    LateNotFoundError,
    LateRateLimitError,
    Zernio,
)
from late.models import UsageStats  # pyright: ignore[reportMissingTypeStubs]  # as above
from late.models._generated.models import (  # pyright: ignore[reportMissingTypeStubs]  # as above
    ApiKey,
)

__all__ = [
    "ApiKey",
    "LateAPIError",
    "LateAuthenticationError",
    "LateForbiddenError",
    "LateNotFoundError",
    "LateRateLimitError",
    "UsageStats",
    "Zernio",
]
