"""Who calls: the key that was shown, what it may do, and what it reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from sqlalchemy import ColumnElement, true

from postwright.workspaces.models import Scope

SCHEME = "apiKey"


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that was found good, for one request.

    Attributes:
        workspace_id: whose rows it reaches; nothing of another workspace exists for it.
        key_id: the key, which is also the actor in the audit log.
        name: what people call the key.
        scope: what it may do.
        profile_ids: the profiles it is bound to; None: all of the workspace.
        request_id: of this request.
    """

    workspace_id: str
    key_id: str
    name: str
    scope: Scope
    profile_ids: frozenset[str] | None
    request_id: str

    @property
    def actor(self) -> str:
        """As the audit log names who did it."""
        return self.key_id

    @property
    def alone(self) -> str:
        """Its own name if it is bound, so that it shares no fetches with others; else empty."""
        return "" if self.profile_ids is None else self.key_id

    def reaches(self, profile_id: str) -> bool:
        """Whether a profile of the workspace is within the key's bounds."""
        return self.profile_ids is None or profile_id in self.profile_ids

    def within(self, column: Any) -> ColumnElement[bool]:
        """The condition that a column with a profile's id is within the key's bounds."""
        return true() if self.profile_ids is None else column.in_(self.profile_ids)


class Needs(SecurityBase):
    """What a route asks of the key; `Route` looks at it before it reads anything else."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.model = HTTPBearer(
            description="A key made with `postwright api-keys create` or `POST /v1/api-keys`, as "
            "`Authorization: Bearer pw_…`. The role that an operation lists is the scope the key "
            "needs: `read`, `publish` (which includes read) or `admin` (which includes both)."
        )
        self.scheme_name = SCHEME

    async def __call__(self, request: Request) -> Caller:
        """The caller that `Route` has found."""
        caller: Caller = request.state.caller
        return caller


def allows(has: Scope, needed: Scope) -> bool:
    """Whether a key with a scope may do what needs another."""
    every: Sequence[Scope] = list(Scope)
    return every.index(has) >= every.index(needed)


# What a route declares as the type of its `caller`.
Reader = Annotated[Caller, Security(Needs(Scope.READ), scopes=[Scope.READ])]
Publisher = Annotated[Caller, Security(Needs(Scope.PUBLISH), scopes=[Scope.PUBLISH])]
Admin = Annotated[Caller, Security(Needs(Scope.ADMIN), scopes=[Scope.ADMIN])]
